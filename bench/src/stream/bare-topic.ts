import { SHARDS } from '@privity/kernel';
import { Kafka, logLevel, Partitioners } from 'kafkajs';

/** kafkajs alone: a producer and a consumer that does nothing with what it gets. */
export interface BareTopic {
  /** Resolves when the consumer has a message of these bytes; another may be under way only after that. */
  reach(bytes: string): Promise<void>;
  close(): Promise<void>;
}

const TOPIC = 'bare-reach';

/** As many partitions as a source has, and the settings of a reader that keeps its view in memory. */
export async function openBareTopic(brokers: readonly string[]): Promise<BareTopic> {
  const kafka = new Kafka({ clientId: 'bare', brokers: [...brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({
    topics: [{ topic: TOPIC, numPartitions: SHARDS, replicationFactor: 1 }],
    waitForLeaders: true,
  });
  await admin.disconnect();
  const producer = kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
  });
  const consumer = kafka.consumer({ groupId: 'bare', minBytes: 1, maxWaitTimeInMs: 250 });
  let arrived = () => {};
  await producer.connect();
  await consumer.connect();
  await consumer.subscribe({ topics: [TOPIC], fromBeginning: true });
  await consumer.run({ autoCommit: false, eachMessage: () => Promise.resolve(arrived()) });
  let sent = 0;
  return {
    reach: async (bytes) => {
      const arrival = new Promise<void>((resolve) => (arrived = resolve));
      await producer.send({ topic: TOPIC, acks: -1, messages: [{ value: bytes, partition: sent++ % SHARDS }] });
      await arrival;
    },
    close: async () => {
      await consumer.disconnect();
      await producer.disconnect();
    },
  };
}
