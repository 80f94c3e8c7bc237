import { expect, it } from '@jest/globals';
import { sourceOf } from '../names.js';
import { halts, park, resume } from '../operate/park.js';
import type { OpenedBench } from './bench.js';
import { run, scripted, scriptId } from './script.js';
import { eventually, onStage, type Stage, upTo } from './stage.js';

/** Where something is wrong, that shard stops and says where; the others go on (P6). */
export function halting(bench: () => OpenedBench): void {
  it('halts a shard at a gap, and goes on when the missing event came and an operator resumed', () =>
    onStage(bench(), async (stage) => {
      const { context, ledger } = stage;
      const wire = await scriptedWire(stage);
      await wire.deliver(1, [...run(context, 1, 1, 5), ...run(context, 1, 7, 9)]);
      await wire.deliver(2, run(context, 2, 1, 5));
      await stage.subscribe();
      expect(await theHalt(stage)).toMatchObject({ code: 'gap', shard: 1, position: 6 });
      await eventually(async () => expect(await ledger.checkpoint(context, 2)).toBe(5));
      expect(await ledger.checkpoint(context, 1)).toBe(5);
      // As `republish` does: from the missing event to the end, behind what is there.
      await wire.deliver(1, run(context, 1, 6, 10));
      await resume(ledger.dataSource, { consumer: 'counting', version: 1, source: sourceOf(context), shard: 1 });
      await eventually(async () => expect(await ledger.checkpoint(context, 1)).toBe(10));
      expect((await ledger.applied(context)).get(1)).toEqual(upTo(10));
    }));

  it('halts at another predecessor than the event it applied last', () =>
    onStage(bench(), async (stage) => {
      const { context } = stage;
      const wire = await scriptedWire(stage);
      await wire.deliver(3, run(context, 3, 1, 4));
      await stage.subscribe();
      await eventually(async () => expect(await stage.ledger.checkpoint(context, 3)).toBe(4));
      await wire.deliver(3, [scripted({ context, shard: 3, position: 5, branch: 'b' })]);
      expect(await theHalt(stage)).toMatchObject({ code: 'fork', position: 5, id: scriptId(3, 5, 'b') });
      expect(await stage.ledger.checkpoint(context, 3)).toBe(4);
    }));

  it('halts at another event in the place of the one it applied last', () =>
    onStage(bench(), async (stage) => {
      const { context } = stage;
      const wire = await scriptedWire(stage);
      await wire.deliver(3, run(context, 3, 1, 4));
      await stage.subscribe();
      await eventually(async () => expect(await stage.ledger.checkpoint(context, 3)).toBe(4));
      const other = scripted({ context, shard: 3, position: 4, branch: 'b', previd: scriptId(3, 3) });
      await wire.deliver(3, [other, scripted({ context, shard: 3, position: 5, branch: 'b' })]);
      expect(await theHalt(stage)).toMatchObject({ code: 'fork', position: 4, id: scriptId(3, 4, 'b') });
      expect(await stage.ledger.total()).toBe(4);
    }));

  it('halts just before a poisonous event in the middle of a batch; parked, it is passed over', () =>
    onStage(bench(), async (stage) => {
      const { context, ledger } = stage;
      const wire = await scriptedWire(stage);
      await wire.deliver(5, run(context, 5, 1, 30));
      await wire.deliver(6, run(context, 6, 1, 4));
      await stage.subscribe({
        apply: async ({ events }, manager) => {
          for (const event of events) {
            await ledger.count(event, manager);
            if (event.shard === 5 && event.position === 17) throw new TypeError('a name nobody should see in a log');
          }
        },
      });
      const halt = await theHalt(stage);
      expect(halt).toMatchObject({ code: 'handler-failed', shard: 5, position: 17, cause: 'TypeError (none)' });
      expect((await ledger.applied(context)).get(5)).toEqual(upTo(16));
      await eventually(async () => expect(await ledger.checkpoint(context, 6)).toBe(4));

      const of = { consumer: 'counting', version: 1, source: sourceOf(context), shard: 5 };
      const order = { ...of, position: 17, reason: 'written by a broken version', by: 'operator-1' };
      await expect(park(ledger.dataSource, { ...order, position: 16 })).rejects.toMatchObject({ code: 'not-halted' });
      expect(await park(ledger.dataSource, order)).toEqual({ ...order, id: scriptId(5, 17), type: 'test.Counted' });
      await eventually(async () => expect(await ledger.checkpoint(context, 5)).toBe(30));
      expect((await ledger.applied(context)).get(5)).toEqual(upTo(30).filter((position) => position !== 17));
      expect(await halts(ledger.dataSource)).toEqual([]);
    }));

  it('halts at a type that it neither handles nor ignores, and stays halted after a restart', () =>
    onStage(bench(), async (stage) => {
      const { context, ledger } = stage;
      const wire = await scriptedWire(stage);
      await wire.deliver(0, [...run(context, 0, 1, 2), scripted({ context, shard: 0, position: 3, type: 'test.New' })]);
      const knows = (type: string): boolean => type === 'test.Counted';
      const first = await stage.subscribe({ knows });
      expect(await theHalt(stage)).toMatchObject({ code: 'unhandled-type', position: 3, type: 'test.New' });
      await first.stop();
      await wire.deliver(0, run(context, 0, 4, 5));
      await stage.subscribe({ knows: () => true });
      const of = { consumer: 'counting', version: 1, source: sourceOf(context), shard: 0 };
      await resume(ledger.dataSource, of);
      await eventually(async () => expect(await ledger.checkpoint(context, 0)).toBe(5));
      await expect(resume(ledger.dataSource, of)).rejects.toMatchObject({ code: 'not-halted' });
    }));

  it('halts at what is no event of the source and shard it came from', () =>
    onStage(bench(), async (stage) => {
      const { context } = stage;
      const wire = await scriptedWire(stage);
      await wire.deliver(7, [...run(context, 7, 1, 2), scripted({ context: 'other', shard: 7, position: 3 })]);
      await stage.subscribe();
      expect(await theHalt(stage)).toMatchObject({ code: 'unreadable', shard: 7, position: 3 });
      await expect(
        park(stage.ledger.dataSource, {
          ...{ consumer: 'counting', version: 1, source: sourceOf(context), shard: 7, position: 3 },
          ...{ reason: 'cannot', by: 'operator-1' },
        }),
      ).rejects.toMatchObject({ code: 'not-halted' });
    }));
}

async function scriptedWire(stage: Stage) {
  const wire = await stage.bench.script(stage.context);
  stage.until(() => wire.stop());
  return wire;
}

async function theHalt(stage: Stage) {
  let found: Awaited<ReturnType<typeof halts>> = [];
  await eventually(async () => {
    found = await halts(stage.ledger.dataSource);
    expect(found).toHaveLength(1);
  });
  return found[0];
}
