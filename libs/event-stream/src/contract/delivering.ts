import { expect, it } from '@jest/globals';
import { SHARDS } from '@privity/kernel';
import type { EventStore } from '@privity/event-store';
import type { OpenedBench } from './bench.js';
import { run } from './script.js';
import { eventually, onStage, type Stage, upTo } from './stage.js';

/** Every event once, in order, in the bytes of the store (P6). */
export function delivering(bench: () => OpenedBench): void {
  it('applies what is appended, once, in the order of its shard and in the bytes of the store', () =>
    onStage(bench(), async (stage) => {
      const store = await published(stage);
      await stage.subscribe();
      await append(store, 120);
      await eventually(async () => expect(await stage.ledger.total()).toBe(120));
      for (const { shard, position } of await store.heads()) {
        const applied = (await stage.ledger.applied(stage.context)).get(shard) ?? [];
        expect(applied).toEqual(upTo(position));
        const stored = await store.readShard(shard, 0, 1_000);
        expect(await stage.ledger.texts(stage.context, shard)).toEqual(stored.map(({ text }) => text));
      }
    }));

  it('drops duplicates by position', () =>
    onStage(bench(), async (stage) => {
      const { context, ledger } = stage;
      const wire = await bench().script(context);
      stage.until(() => wire.stop());
      await wire.deliver(4, [...run(context, 4, 1, 6), ...run(context, 4, 3, 9), ...run(context, 4, 1, 10)]);
      await stage.subscribe();
      await eventually(async () => expect(await ledger.checkpoint(context, 4)).toBe(10));
      expect((await ledger.applied(context)).get(4)).toEqual(upTo(10));
      await wire.deliver(4, [...run(context, 4, 8, 12)]);
      await eventually(async () => expect(await ledger.checkpoint(context, 4)).toBe(12));
      expect(await ledger.total()).toBe(12);
    }));

  it('catches up from zero, in batches, beside a consumer that is there already', () =>
    onStage(bench(), async (stage) => {
      const store = await published(stage);
      await append(store, 400);
      await stage.subscribe();
      await eventually(async () => expect(await stage.ledger.total()).toBe(400));
      await stage.subscribe({ version: 2, batchSize: 7 });
      await eventually(async () => expect(await stage.ledger.total()).toBe(800));
    }));

  it('goes on after a restart in the middle of a batch: what was rolled back is applied, what was not is not repeated', () =>
    onStage(bench(), async (stage) => {
      const { context, ledger } = stage;
      const wire = await bench().script(context);
      stage.until(() => wire.stop());
      await wire.deliver(2, run(context, 2, 1, 20));
      const lost = await ledger.replica();
      let reached: () => void = () => undefined;
      const middle = new Promise<void>((resolve) => (reached = resolve));
      const first = await stage.subscribe({
        dataSource: lost,
        batchSize: 8,
        apply: async ({ events }, manager) => {
          for (const event of events) {
            await ledger.count(event, manager);
            if (event.position !== 13) continue;
            reached();
            // The process goes away with its connection, effects of 9 to 13 uncommitted.
            const [{ pid }] = await manager.query('select pg_backend_pid() as pid');
            await ledger.database.admin.query('select pg_terminate_backend($1, 5000)', [pid]);
          }
        },
      });
      await middle;
      await first.stop();
      expect(await ledger.checkpoint(context, 2)).toBe(8);
      await stage.subscribe();
      await eventually(async () => expect(await ledger.checkpoint(context, 2)).toBe(20));
      expect((await ledger.applied(context)).get(2)).toEqual(upTo(20));
      expect(await ledger.total()).toBe(20);
    }));
}

/** Appends `count` events over streams that fall into every shard. */
export async function append(store: EventStore, count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, (_, n) =>
      store.append(`stream-${n % (SHARDS * 5)}`, 'any', [{ type: 'test.Counted', data: { n, text: 'ünï\u2028"' } }]),
    ),
  );
}

export async function published(stage: Stage): Promise<EventStore> {
  const store = await stage.ledger.openStore(stage.context);
  const publisher = await stage.bench.publish(stage.context, store, stage.ledger.database.service);
  stage.until(() => publisher.stop());
  return store;
}
