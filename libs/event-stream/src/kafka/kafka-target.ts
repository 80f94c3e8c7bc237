import { PrivityError } from '@privity/kernel';
import { Partitioners } from 'kafkajs';
import { topicOf } from '../names.js';
import type { RelayTarget } from '../relay/relay-target.js';
import type { StreamLog } from '../stream-log.js';
import { kafkaClient, METADATA_MS } from './kafka-client.js';
import { ensureTopic } from './topic.js';

/** What was sent is not, or not all of it, in the topic: send it again. */
export class NotPublished extends PrivityError {
  constructor(topic: string, shard: number) {
    super('not-published', 503, `${topic}: nobody answered for partition ${shard}`);
  }
}

/** Opens the topic of a source for its relay: created if missing, refused if it is not as it must be. */
export async function openKafkaTarget(options: {
  readonly brokers: readonly string[];
  readonly source: string;
  readonly replicas?: number;
  readonly log?: StreamLog;
}): Promise<RelayTarget> {
  const topic = topicOf(options.source);
  const kafka = kafkaClient(options.brokers, `relay ${topic}`, options.log);
  const admin = kafka.admin();
  await admin.connect();
  try {
    await ensureTopic(admin, options.source, options);
  } finally {
    await admin.disconnect();
  }
  // Not idempotent: kafkajs answers OUT_OF_ORDER_SEQUENCE_NUMBER under load, and duplicates are harmless by position.
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    idempotent: false,
    metadataMaxAge: METADATA_MS,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  return {
    async send(batch) {
      const messages = batch.flatMap(({ shard, messages }) =>
        messages.map(({ key, text }) => ({ key, value: text, partition: shard })),
      );
      const answers = await producer.send({ topic, acks: -1, messages });
      // kafkajs leaves out, and calls sent, what moves to another leader while it sends, if that one has answered before.
      const answered = new Set(answers.map(({ partition }) => partition));
      const left = batch.find(({ shard }) => !answered.has(shard));
      if (left !== undefined) throw new NotPublished(topic, left.shard);
    },
    close: () => producer.disconnect(),
  };
}
