import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe } from '@jest/globals';
import { javaCommand, MachineProblem, startKafka, type RunningKafka } from '@privity/one-machine';

export interface TestKafka {
  /** Known once the tests run. */
  readonly brokers: readonly string[];
}

/**
 * Runs tests on a real broker of their own. Where there is no Java they are skipped by name, with the reason in it, so
 * that the report counts them: never silently passed.
 * Top level of a spec: `await withKafka('relay over Kafka', (kafka) => { it(...) })`.
 */
export async function withKafka(name: string, tests: (kafka: TestKafka) => void): Promise<void> {
  const missing = await javaCommand().then(
    () => undefined,
    (error: unknown) => (error instanceof MachineProblem ? error.message : Promise.reject(error)),
  );
  if (missing !== undefined) {
    describe.skip(`${name} [skipped: ${missing}]`, () => tests({ brokers: [] }));
    return;
  }
  describe(name, () => {
    let broker: RunningKafka | undefined;
    let dataDir = '';
    beforeAll(async () => {
      dataDir = await mkdtemp(join(tmpdir(), 'privity-test-kafka-'));
      broker = await startKafka({ dataDir });
    }, 180_000);
    afterAll(async () => {
      await broker?.stop();
      await rm(dataDir, { recursive: true, force: true });
    }, 60_000);
    tests({
      get brokers() {
        if (broker === undefined) throw new Error('Kafka runs only while its tests do');
        return broker.brokers;
      },
    });
  });
}
