import { expect, it } from '@jest/globals';
import { SHARDS } from '@privity/kernel';
import { sourceOf } from '../names.js';
import { Tail, type TailOptions } from '../tail/tail.js';
import type { OpenedBench } from './bench.js';
import { append, published } from './delivering.js';
import { run, scripted, scriptId } from './script.js';
import { eventually, onStage, type Stage, upTo } from './stage.js';

/** Views in memory: every shard in every replica, with the checks of a durable consumer. */
export function tailing(bench: () => OpenedBench): void {
  it('follows every shard, says when it has what was there at its start, and where it stands', () =>
    onStage(bench(), async (stage) => {
      const source = sourceOf(stage.context);
      const store = await published(stage);
      await append(store, 150);
      const seen = new Map<number, number[]>();
      const tail = await follow(stage, {
        apply: ({ shard, events }) => {
          seen.set(shard, [...(seen.get(shard) ?? []), ...events.map(({ position }) => position)]);
        },
      });
      await tail.caughtUp();
      expect(tail.positions(source)).toEqual(await store.heads());
      await append(store, 60);
      await eventually(async () => expect(tail.positions(source)).toEqual(await store.heads()));
      for (const { shard, position } of await store.heads()) expect(seen.get(shard)).toEqual(upTo(position));
    }));

  it('goes on from given positions, and halts at another history without touching the view', () =>
    onStage(bench(), async (stage) => {
      const { context } = stage;
      const wire = await bench().script(context);
      stage.until(() => wire.stop());
      await wire.deliver(8, run(context, 8, 1, 6));
      await wire.deliver(11, run(context, 11, 1, 3));
      const seen: string[] = [];
      const tail = await follow(stage, {
        from: {
          [sourceOf(context)]: [
            { shard: 8, position: 4, id: scriptId(8, 4) },
            { shard: 11, position: 2, id: 'of-another-history' },
          ],
        },
        apply: ({ events }) => {
          seen.push(...events.map(({ id }) => id));
        },
      });
      await eventually(() => expect(tail.halts()).toMatchObject([{ code: 'fork', shard: 11 }]));
      await eventually(() => expect(tail.positions(sourceOf(context))[8]?.position).toBe(6));
      await wire.deliver(8, [scripted({ context, shard: 8, position: 7 })]);
      await eventually(() => expect(seen).toEqual([scriptId(8, 5), scriptId(8, 6), scriptId(8, 7)]));
      expect(tail.positions(sourceOf(context))).toHaveLength(SHARDS);
    }));
}

async function follow(stage: Stage, options: Partial<TailOptions> & Pick<TailOptions, 'apply'>): Promise<Tail> {
  const tail = await Tail.start({
    name: 'view',
    sources: [sourceOf(stage.context)],
    stream: stage.bench.streamFor([stage.context]),
    onCrash: (error) => {
      throw error;
    },
    ...options,
  });
  stage.until(() => tail.stop());
  return tail;
}
