import { expect, it } from '@jest/globals';
import type { OpenedBench } from './bench.js';
import { append, published } from './delivering.js';
import { eventually, onStage, upTo } from './stage.js';

/** Replicas of a consumer share its shards; whatever the moment, an event is applied by one of them (P6). */
export function sharing(bench: () => OpenedBench): void {
  it('spreads shards over two replicas, and gives them to the one that is left', () =>
    onStage(bench(), async (stage) => {
      const { ledger } = stage;
      const store = await published(stage);
      const by = { first: new Set<number>(), second: new Set<number>() };
      const first = await stage.subscribe({
        apply: async (batch, manager) => {
          by.first.add(batch.shard);
          await ledger.countAll(batch, manager);
        },
      });
      await append(store, 100);
      await eventually(async () => expect(await ledger.total()).toBe(100));
      expect(by.first.size).toBe(12);
      let sent = 100;
      await stage.subscribe({
        dataSource: await ledger.replica(),
        apply: async (batch, manager) => {
          by.second.add(batch.shard);
          await ledger.countAll(batch, manager);
        },
      });
      // Appended throughout the rebalance: both may believe for a moment that a shard is theirs.
      await eventually(async () => {
        await append(store, 60);
        sent += 60;
        expect(by.second.size).toBeGreaterThanOrEqual(4);
      });
      await eventually(async () => expect(await ledger.total()).toBe(sent));
      await first.stop();
      by.second.clear();
      await append(store, 120);
      sent += 120;
      await eventually(async () => expect(await ledger.total()).toBe(sent), 40_000);
      expect(by.second.size).toBe(12);
      for (const { shard, position } of await store.heads()) {
        expect((await ledger.applied(stage.context)).get(shard)).toEqual(upTo(position));
      }
    }));
}
