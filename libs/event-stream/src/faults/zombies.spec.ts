import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { javaCommand } from '@privity/one-machine';
import { append, eventually, onStage, type Stage, upTo } from '../contract/index.js';
import { kafkaClient } from '../kafka/kafka-client.js';
import { sourceOf, topicOf } from '../names.js';
import { halts } from '../operate/park.js';
import { type BenchProcess, benchProcess } from '../test-bench/child-process.js';
import { type KafkaBench, kafkaBench } from '../test-bench/kafka-bench.js';

const java = await javaCommand().then(
  () => true,
  () => false,
);
const PATIENCE_MS = 120_000;

/** Stopped in the middle, replaced by another, and awake again without knowing it (P6). */
(java ? describe : describe.skip)('a process that was stopped and goes on (needs Java 17 or newer)', () => {
  jest.setTimeout(300_000);
  let kafka: KafkaBench;
  beforeAll(async () => {
    kafka = await kafkaBench();
  }, 180_000);
  afterAll(() => kafka.close(), 60_000);

  function started(stage: Stage, script: string, ...more: string[]): BenchProcess {
    const { ledger, context } = stage;
    const args = [ledger.database.serviceUrl, kafka.brokers[0] ?? '', sourceOf(context), ...more];
    const child = benchProcess(script, args);
    stage.until(() => child.kill());
    return child;
  }

  async function appliedOnce({ ledger, context }: Stage, heads: readonly { shard: number; position: number }[]) {
    const events = heads.reduce((sum, { position }) => sum + position, 0);
    await eventually(async () => expect(await ledger.total()).toBe(events), PATIENCE_MS);
    for (const { shard, position } of heads) {
      expect((await ledger.applied(context)).get(shard) ?? []).toEqual(upTo(position));
    }
    expect(await halts(ledger.dataSource)).toEqual([]);
  }

  it('as relay: sends what was sent already, cannot move what is acknowledged, and everything is applied once', () =>
    onStage(kafka, async (stage) => {
      const { context, ledger } = stage;
      const { service } = ledger.database;
      const store = await ledger.openStore(context);
      await append(store, 90);
      const zombie = started(stage, 'relay-that-stalls', 'sending');
      await zombie.says('sending');
      process.kill(zombie.pid, 'SIGSTOP');
      const second = await kafka.publish(context, store, service);
      stage.until(() => second.stop());
      await stage.subscribe({ stream: { stream: 'kafka', brokers: kafka.brokers } });
      await appliedOnce(stage, await store.heads());
      await append(store, 60);
      await appliedOnce(stage, await store.heads());
      const leases = async () =>
        (await service.query('select shard, holder, acked::int from event_stream.relay order by shard')).rows;
      const before = await leases();
      expect(new Set(before.map(({ holder }) => holder)).size).toBe(1);
      const resent = zombie.says('sent');
      process.kill(zombie.pid, 'SIGCONT');
      await resent;
      await append(store, 60);
      await appliedOnce(stage, await store.heads());
      const heads = await store.heads();
      await eventually(async () =>
        expect((await leases()).map(({ acked }) => acked)).toEqual(heads.map(({ position }) => position)),
      );
      // The zombie may take a lease that is free, never one that is held.
      expect((await leases()).map(({ holder }) => holder)).toEqual(before.map(({ holder }) => holder));
      expect(await messages(context)).toBeGreaterThan(210);
      expect(zombie.isRunning()).toBe(true);
    }));

  it('as consumer: frees its rows, learns that its checkpoint was moved, reads again and goes on', () =>
    onStage(kafka, async (stage) => {
      const { context, ledger } = stage;
      const store = await ledger.openStore(context);
      const publisher = await kafka.publish(context, store, ledger.database.service);
      stage.until(() => publisher.stop());
      const zombie = started(stage, 'consumer-that-stalls');
      await zombie.says('ready');
      await append(store, 60);
      await zombie.says('applying');
      process.kill(zombie.pid, 'SIGSTOP');
      const locked = await ledger.database.admin.query(
        `select count(*)::int as n from pg_stat_activity where state = 'idle in transaction' and datname = current_database()`,
      );
      expect(locked.rows[0].n).toBeGreaterThan(0);
      await append(store, 60);
      const crashes: Error[] = [];
      await stage.subscribe({
        stream: { stream: 'kafka', brokers: kafka.brokers },
        dataSource: await ledger.replica(),
        onCrash: (error) => void crashes.push(error),
      });
      await appliedOnce(stage, await store.heads());
      process.kill(zombie.pid, 'SIGCONT');
      await append(store, 60);
      await appliedOnce(stage, await store.heads());
      expect(crashes).toEqual([]);
      expect(zombie.isRunning()).toBe(true);
    }));

  async function messages(context: string): Promise<number> {
    const admin = kafkaClient(kafka.brokers, 'count').admin();
    await admin.connect();
    const offsets = await admin.fetchTopicOffsets(topicOf(sourceOf(context)));
    await admin.disconnect();
    return offsets.reduce((sum, { high }) => sum + Number(high), 0);
  }
});
