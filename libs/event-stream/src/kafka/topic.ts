import { setTimeout as sleep } from 'node:timers/promises';
import { PrivityError, SHARDS } from '@privity/kernel';
import kafkajs, { type Admin } from 'kafkajs';
import { topicOf } from '../names.js';

/** The topic exists and is not as it must be; nothing is published to it or read from it. */
export class TopicMisconfigured extends PrivityError {
  constructor(topic: string, setting: string, expected: string, found: string) {
    super('topic-misconfigured', 500, `Kafka topic ${topic}: ${setting} must be ${expected}, found ${found}`, {
      field: setting,
    });
  }
}

const YOUNG = ['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE'];
const TOPIC_ATTEMPTS = 60;
const TOPIC_RETRY_MS = 250;

/** Brokers that a state's cluster replicates to; a smaller cluster replicates to what it has. */
const REPLICAS = 3;
const REQUIRED = new Map([
  ['retention.ms', '-1'],
  ['retention.bytes', '-1'],
  ['cleanup.policy', 'delete'],
]);

/**
 * Creates the topic of a source, or checks the one that is there: as many partitions as shards (one more and keys would
 * lead elsewhere), and events kept for ever. Throws TopicMisconfigured naming the setting.
 */
export async function ensureTopic(admin: Admin, source: string): Promise<void> {
  const topic = topicOf(source);
  if (!(await admin.listTopics()).includes(topic)) await create(admin, topic);
  const partitions = await partitionsOf(admin, topic);
  if (partitions !== SHARDS) throw new TopicMisconfigured(topic, 'partitions', String(SHARDS), String(partitions));
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: [...REQUIRED.keys()] }],
  });
  const found = new Map(resources[0]?.configEntries.map((entry) => [entry.configName, entry.configValue]));
  for (const [setting, expected] of REQUIRED) {
    const value = found.get(setting);
    if (value !== undefined && value !== expected) throw new TopicMisconfigured(topic, setting, expected, value);
  }
}

/** A topic made a moment ago, here or by another service, is not known to every broker at once. */
async function partitionsOf(admin: Admin, topic: string): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      return topics[0]?.partitions.length ?? 0;
    } catch (error) {
      const young = error instanceof kafkajs.KafkaJSProtocolError && YOUNG.includes(error.type);
      if (!young || attempt === TOPIC_ATTEMPTS) throw error;
      await sleep(TOPIC_RETRY_MS);
    }
  }
}

async function create(admin: Admin, topic: string): Promise<void> {
  const { brokers } = await admin.describeCluster();
  const replicationFactor = Math.min(REPLICAS, brokers.length);
  const settings = [...REQUIRED, ['min.insync.replicas', replicationFactor >= REPLICAS ? '2' : '1']];
  await admin.createTopics({
    // Another process may create it at the same moment: kafkajs answers false then, and the check that follows decides.
    topics: [
      {
        topic,
        numPartitions: SHARDS,
        replicationFactor,
        configEntries: settings.map(([name = '', value = '']) => ({ name, value })),
      },
    ],
    // kafkajs waits for leaders but not for brokers that have not heard of the topic; `partitionsOf` waits for both.
    waitForLeaders: false,
  });
}
