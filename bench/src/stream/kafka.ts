import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka } from '@privity/one-machine';

/** Does `work` on a broker of its own, with the settings of `npm start`. */
export async function withBroker<T>(work: (brokers: readonly string[]) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'privity-bench-kafka-'));
  const kafka = await startKafka({ dataDir });
  try {
    return await work(kafka.brokers);
  } finally {
    await kafka.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
