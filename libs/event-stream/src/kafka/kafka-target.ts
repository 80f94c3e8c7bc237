import { Partitioners } from 'kafkajs';
import { topicOf } from '../names.js';
import type { RelayTarget } from '../relay/relay-target.js';
import type { StreamLog } from '../stream-log.js';
import { kafkaClient } from './kafka-client.js';
import { ensureTopic } from './topic.js';

/** Opens the topic of a source for its relay: created if missing, refused if it is not as it must be. */
export async function openKafkaTarget(options: {
  readonly brokers: readonly string[];
  readonly source: string;
  readonly log?: StreamLog;
}): Promise<RelayTarget> {
  const topic = topicOf(options.source);
  const kafka = kafkaClient(options.brokers, `relay ${topic}`, options.log);
  const admin = kafka.admin();
  await admin.connect();
  try {
    await ensureTopic(admin, options.source);
  } finally {
    await admin.disconnect();
  }
  // Not idempotent: kafkajs answers OUT_OF_ORDER_SEQUENCE_NUMBER under load, and duplicates are harmless by position.
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    idempotent: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  return {
    async send(batch) {
      const messages = batch.flatMap(({ shard, messages }) =>
        messages.map(({ key, text }) => ({ key, value: text, partition: shard })),
      );
      await producer.send({ topic, acks: -1, messages });
    },
    close: () => producer.disconnect(),
  };
}
