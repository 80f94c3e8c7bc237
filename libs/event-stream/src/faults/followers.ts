import { expect } from '@jest/globals';
import type { EventStore } from '@privity/event-store';
import { eventually, type Ledger, openLedger, type Stage, upTo } from '../contract/index.js';
import { sourceOf } from '../names.js';
import { halts } from '../operate/park.js';
import { Tail } from '../tail/tail.js';

/** How long a busy machine may take over what takes a second alone. */
const PATIENCE_MS = 120_000;

/** Two consumers with databases of their own and a view in memory, which must all see every event once and in order. */
export interface Followers {
  /** Resolves when something that is appended from now on arrives at each. */
  moving(): Promise<void>;
  /** All of the store was applied once, in order and in its bytes; nothing halted, nothing crashed. */
  haveAll(store: EventStore, events: number): Promise<void>;
}

export async function follow(stage: Stage, brokers: readonly string[]): Promise<Followers> {
  const { context } = stage;
  const source = sourceOf(context);
  const crashes: Error[] = [];
  const onCrash = (error: Error) => void crashes.push(error);
  // Without the publisher's feed, so that a gap in the topic cannot be mended on the way.
  const stream = { stream: 'kafka', brokers } as const;
  const second = await openLedger(stage.bench.adminUrl);
  stage.until(() => second.close());
  const ledgers: readonly Ledger[] = [stage.ledger, second];
  for (const [which, { dataSource, countAll }] of ledgers.entries()) {
    await stage.subscribe({ consumer: `counting-${which}`, stream, dataSource, apply: countAll, onCrash });
  }
  const seen = new Map<number, number[]>();
  const tail = await Tail.start({
    name: 'view',
    sources: [source],
    stream,
    onCrash,
    apply: ({ shard, events }) => {
      seen.set(shard, [...(seen.get(shard) ?? []), ...events.map(({ position }) => position)]);
    },
  });
  stage.until(() => tail.stop());
  const viewed = () => [...seen.values()].reduce((sum, positions) => sum + positions.length, 0);
  const applied = async () => [...(await Promise.all(ledgers.map((ledger) => ledger.total()))), viewed()];
  return {
    moving: async () => {
      const before = await applied();
      await eventually(async () => {
        const now = await applied();
        for (const [which, total] of now.entries()) expect(total).toBeGreaterThan(before[which] ?? 0);
      }, PATIENCE_MS);
    },
    haveAll: async (store, events) => {
      const halted = async () => [
        ...(await Promise.all(ledgers.map(({ dataSource }) => halts(dataSource)))).flat(),
        ...tail.halts(),
      ];
      await eventually(async () => {
        const [counts, stopped] = [await applied(), await halted()];
        expect([counts, stopped]).toEqual([[events, events, events], []]);
      }, PATIENCE_MS);
      for (const { shard, position } of await store.heads()) {
        const texts = (await store.readShard(shard, 0, 10_000)).map(({ text }) => text);
        for (const ledger of ledgers) {
          expect((await ledger.applied(context)).get(shard) ?? []).toEqual(upTo(position));
          expect(await ledger.texts(context, shard)).toEqual(texts);
        }
        expect(seen.get(shard) ?? []).toEqual(upTo(position));
      }
      expect(await halted()).toEqual([]);
      expect(crashes).toEqual([]);
    },
  };
}
