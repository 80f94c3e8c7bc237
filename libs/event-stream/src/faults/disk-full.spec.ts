import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { javaCommand, type RunningKafka, startKafka } from '@privity/one-machine';
import { onStage, SmallDisk } from '../contract/index.js';
import { type KafkaBench, kafkaBench } from '../test-bench/kafka-bench.js';
import { follow } from './followers.js';
import { long } from './seeded.js';
import { appendSteadily } from './steady-appends.js';

const able = SmallDisk.allowed && (await javaCommand().catch(() => undefined)) !== undefined;

(able ? describe : describe.skip)("Kafka's disk full (needs Java 17 or newer, Linux and root)", () => {
  jest.setTimeout(600_000);
  let disk: SmallDisk;
  let folder: string;
  let broker: RunningKafka;
  let bench: KafkaBench;
  const start = async (port?: number) => {
    broker = await startKafka({ dataDir: folder, logsDir: join(disk.folder, 'logs'), ...(port ? { port } : {}) });
    return { brokers: broker.brokers, stop: () => broker.stop() };
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'privity-kafka-'));
    disk = new SmallDisk(join(folder, 'disk'), 96);
    bench = await kafkaBench(start);
  }, 180_000);
  afterAll(async () => {
    try {
      await bench?.close();
      await broker?.stop();
    } finally {
      // Whatever did not begin or did not end: nothing stays mounted on this machine.
      disk?.unmount();
      await rm(folder, { recursive: true, force: true });
    }
  }, 60_000);

  it('the broker stops, appends go on, and when there is room again all of it arrives once', () =>
    onStage(bench, async (stage) => {
      const { context, ledger } = stage;
      const store = await ledger.openStore(context);
      const publisher = await bench.publish(context, store, ledger.database.service);
      stage.until(() => publisher.stop());
      const followers = await follow(stage, bench.brokers);
      const appends = appendSteadily(store);
      stage.until(() => appends.stop());
      await followers.moving();
      for (let times = 0; times < (long ? 5 : 1); times++) {
        await disk.fill();
        await broker.exited;
        const backlog = appends.sent();
        await sleep(long ? 60_000 : 3_000);
        expect(appends.sent()).toBeGreaterThan(backlog);
        await disk.free();
        await start(broker.port);
        await followers.moving();
      }
      await followers.haveAll(store, await appends.stop());
    }));
});
