import { afterAll, describe, expect, it } from '@jest/globals';
import { appendFile, cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { KAFKA_RECIPE, kafkaJars } from './kafka-jars.js';
import { startKafka } from './kafka.js';
import { javaCommand } from './kafka-broker.js';

const folders: string[] = [];
async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'privity-kafka-'));
  folders.push(made);
  return made;
}
afterAll(async () => {
  for (const made of folders) await rm(made, { recursive: true, force: true });
});

const client = (brokers: readonly string[]) =>
  new Kafka({ clientId: 'spec', brokers: [...brokers], logLevel: logLevel.NOTHING, retry: { retries: 2 } });

async function produce(brokers: readonly string[], topic: string, value: string): Promise<void> {
  const producer = client(brokers).producer({ allowAutoTopicCreation: false });
  await producer.connect();
  try {
    await producer.send({ topic, acks: -1, messages: [{ value }] });
  } finally {
    await producer.disconnect();
  }
}

async function endOf(brokers: readonly string[], topic: string): Promise<string | undefined> {
  const admin = client(brokers).admin();
  await admin.connect();
  try {
    return (await admin.fetchTopicOffsets(topic))[0]?.high;
  } finally {
    await admin.disconnect();
  }
}

// Named, so that a machine without Java cannot look like one where Kafka works.
const java = await javaCommand().catch(() => undefined);
const needsJava = java === undefined ? describe.skip : describe;

needsJava('startKafka', () => {
  it('runs two side by side, makes no topic by accident, and keeps messages through restart and kill', async () => {
    const [a, b] = [join(await folder(), 'kafka'), join(await folder(), 'kafka')];
    const [one, second] = await Promise.all([startKafka({ dataDir: a }), startKafka({ dataDir: b })]);
    let first = one;
    try {
      expect(first.port).not.toBe(second.port);
      await expect(produce(first.brokers, 'never-made', 'lost')).rejects.toThrow();
      const admin = client(first.brokers).admin();
      await admin.connect();
      await admin.createTopics({ topics: [{ topic: 'made', numPartitions: 1 }] });
      await admin.disconnect();
      await produce(first.brokers, 'made', 'one');
      await first.stop();
      first = await startKafka({ dataDir: a });
      await produce(first.brokers, 'made', 'two');
      process.kill(first.pid, 'SIGKILL');
      await first.exited;
      first = await startKafka({ dataDir: a });
      expect(await endOf(first.brokers, 'made')).toBe('2');
    } finally {
      await Promise.all([first.stop(), second.stop()]);
    }
  }, 180_000);
});

needsJava('kafkaJars', () => {
  it('fetches once for two at a time, and mends a cache that was tampered with', async () => {
    const cacheDir = await folder();
    const [one, two] = await Promise.all([kafkaJars({ cacheDir }), kafkaJars({ cacheDir })]);
    expect(one).toBe(two);
    expect(await readdir(cacheDir)).toEqual(['kafka-4.3.1']);
    const jar = (await readdir(one)).find((file) => file.startsWith('kafka-clients')) ?? '';
    await appendFile(join(one, jar), 'x');
    expect(await kafkaJars({ cacheDir })).toBe(one);
    expect(await readdir(cacheDir)).toEqual(['kafka-4.3.1']);
  }, 120_000);

  it('refuses jars that differ from the committed digests', async () => {
    const recipe = await folder();
    await cp(join(KAFKA_RECIPE, 'pom.xml'), join(recipe, 'pom.xml'));
    await appendFile(join(recipe, 'jars.sha256'), `${'0'.repeat(64)}  kafka_2.13-4.3.1.jar\n`);
    const cacheDir = await folder();
    await expect(kafkaJars({ recipe, cacheDir })).rejects.toMatchObject({ code: 'jars-altered' });
    expect(await readdir(cacheDir)).toEqual([]);
  }, 120_000);
});

describe('a machine without what Kafka needs', () => {
  it('says what is missing when there is no Java, and what when there is no Maven', async () => {
    const { PATH, JAVA_HOME } = process.env;
    try {
      delete process.env['JAVA_HOME'];
      process.env['PATH'] = await folder();
      await expect(startKafka({ dataDir: await folder() })).rejects.toMatchObject({ code: 'java-missing' });
      await expect(kafkaJars({ cacheDir: await folder() })).rejects.toMatchObject({ code: 'maven-missing' });
    } finally {
      process.env['PATH'] = PATH;
      if (JAVA_HOME !== undefined) process.env['JAVA_HOME'] = JAVA_HOME;
    }
  });
});
