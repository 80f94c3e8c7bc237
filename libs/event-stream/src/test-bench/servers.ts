import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka, startKafkaCluster, startPostgres } from '@privity/one-machine';
import type { RunningKafkaCluster } from '@privity/one-machine';

/** PostgreSQL of its own in a folder that goes away. */
export async function testPostgres(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'privity-stream-'));
  const server = await startPostgres({ dataDir: join(folder, 'postgres') });
  return {
    url: server.url,
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Apache Kafka of its own in a folder that goes away. */
export async function testKafka(): Promise<{ readonly brokers: readonly string[]; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'privity-kafka-'));
  const broker = await startKafka({ dataDir: join(folder, 'kafka') });
  return {
    brokers: broker.brokers,
    stop: async () => {
      await broker.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Three brokers of their own in a folder that goes away. */
export async function testKafkaCluster(): Promise<RunningKafkaCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'privity-kafka-'));
  const cluster = await startKafkaCluster({ dataDir: folder });
  return {
    ...cluster,
    stop: async () => {
      await cluster.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
