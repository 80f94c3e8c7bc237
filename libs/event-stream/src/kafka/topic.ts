import { setTimeout as sleep } from 'node:timers/promises';
import { PrivityError, SHARDS } from '@privity/kernel';
import kafkajs, { type Admin } from 'kafkajs';
import { topicOf } from '../names.js';
import type { KafkaStream } from '../stream-config.js';

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

/** What a state's cluster keeps; a smaller one keeps as many as it has brokers. */
const REPLICAS = 3;
const MIN_IN_SYNC = 'min.insync.replicas';
const REQUIRED = new Map([
  ['retention.ms', '-1'],
  ['retention.bytes', '-1'],
  ['cleanup.policy', 'delete'],
]);

/**
 * Creates the topic of a source, or checks the one that is there: as many partitions as shards (one more and keys would
 * lead elsewhere), events kept for ever, and on so many brokers that the loss of one loses nothing. Throws
 * TopicMisconfigured naming the setting.
 */
export async function ensureTopic(
  admin: Admin,
  source: string,
  cluster: Pick<KafkaStream, 'brokers' | 'replicas'>,
): Promise<void> {
  const topic = topicOf(source);
  const replicas = cluster.replicas ?? (await replicasOf(admin, cluster.brokers.length));
  if (!(await admin.listTopics()).includes(topic)) await create(admin, topic, replicas);
  await onceKnown(() => check(admin, topic, replicas));
}

async function check(admin: Admin, topic: string, replicas: number): Promise<void> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const partitions = topics[0]?.partitions ?? [];
  if (partitions.length !== SHARDS) {
    throw new TopicMisconfigured(topic, 'partitions', String(SHARDS), String(partitions.length));
  }
  const fewest = Math.min(...partitions.map((partition) => partition.replicas.length));
  if (fewest < replicas) throw new TopicMisconfigured(topic, 'replicas', `${replicas} or more`, String(fewest));
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [
      { type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: [...REQUIRED.keys(), MIN_IN_SYNC] },
    ],
  });
  const found = new Map(resources[0]?.configEntries.map((entry) => [entry.configName, entry.configValue]));
  const inSync = found.get(MIN_IN_SYNC);
  if (inSync !== undefined && Number(inSync) < inSyncFor(replicas)) {
    throw new TopicMisconfigured(topic, MIN_IN_SYNC, `${inSyncFor(replicas)} or more`, inSync);
  }
  for (const [setting, expected] of REQUIRED) {
    const value = found.get(setting);
    if (value !== undefined && value !== expected) throw new TopicMisconfigured(topic, setting, expected, value);
  }
}

/** A topic made a moment ago, here or by another service, is not known to every broker at once; each question may meet another. */
async function onceKnown(ask: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      const young = error instanceof kafkajs.KafkaJSProtocolError && YOUNG.includes(error.type);
      if (!young || attempt === TOPIC_ATTEMPTS) throw error;
      await sleep(TOPIC_RETRY_MS);
    }
  }
}

/**
 * A broker that is down for a moment is no reason to keep fewer copies for ever, so those that are named count as well as
 * those that answer.
 */
async function replicasOf(admin: Admin, named: number): Promise<number> {
  const { brokers } = await admin.describeCluster();
  return Math.min(REPLICAS, Math.max(named, brokers.length));
}

/** With two of three in sync, an acknowledged event survives the loss of either; with fewer copies, all go on with one. */
function inSyncFor(replicas: number): number {
  return replicas >= REPLICAS ? 2 : 1;
}

async function create(admin: Admin, topic: string, replicas: number): Promise<void> {
  const settings = [...REQUIRED, [MIN_IN_SYNC, String(inSyncFor(replicas))]];
  await admin.createTopics({
    // Another process may create it at the same moment: kafkajs answers false then, and the check that follows decides.
    topics: [
      {
        topic,
        numPartitions: SHARDS,
        replicationFactor: replicas,
        configEntries: settings.map(([name = '', value = '']) => ({ name, value })),
      },
    ],
    // kafkajs waits for leaders but not for brokers that have not heard of the topic; `onceKnown` waits for both.
    waitForLeaders: false,
  });
}
