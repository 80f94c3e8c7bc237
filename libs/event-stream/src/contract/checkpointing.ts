import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ShardOf } from '../consume/checkpoint-table.js';
import type { Checkpoints } from '../consume/checkpoints.js';
import { BEGINNING, type Cursor } from '../cursor.js';

export interface CheckpointBench<Manager> {
  /** Of one process more. */
  checkpoints(): Promise<Checkpoints<Manager>>;
  /** An effect that `effects` shows once it is committed. */
  write(manager: Manager, text: string): Promise<void>;
  effects(): Promise<readonly string[]>;
  close(): Promise<void>;
}

const at = (position: number, offset?: bigint): Cursor => ({ position, id: `id-${position}`, offset });

/** What a sink relies on, wherever a consumer's progress is kept. */
export function checkpointingContract<Manager>(name: string, open: () => Promise<CheckpointBench<Manager>>): void {
  describe(`checkpoints in ${name}`, () => {
    let bench: CheckpointBench<Manager>;
    let one: Checkpoints<Manager>;
    let other: Checkpoints<Manager>;
    let shards = 0;
    const fresh = (): ShardOf => ({ consumer: 'counting', version: 1, source: '/privity/test', shard: shards++ });
    beforeAll(async () => {
      bench = await open();
      [one, other] = [await bench.checkpoints(), await bench.checkpoints()];
    }, 60_000);
    afterAll(() => bench.close());

    it('begin at the beginning, and keep an offset that a later move does not know', async () => {
      const of = fresh();
      expect(await one.read(of)).toEqual(BEGINNING);
      await one.transaction(async ({ move }) => {
        expect(await move(of, BEGINNING, at(2, 7n))).toBe(true);
      });
      await one.transaction(async ({ move }) => {
        expect(await move(of, at(2), at(3))).toBe(true);
      });
      expect(await other.read(of)).toEqual(at(3, 7n));
    });

    it('move only from where they stand, position and id', async () => {
      const of = fresh();
      await one.read(of);
      await one.transaction(async ({ move }) => {
        await move(of, BEGINNING, at(2));
        expect(await move({ ...of, version: 2 }, at(2), at(3))).toBe(false);
      });
      for (const from of [BEGINNING, at(1), { ...at(2), id: 'another' }]) {
        await one.transaction(async ({ move }) => {
          expect(await move(of, from, at(9))).toBe(false);
        });
      }
      expect(await one.read(of)).toEqual(at(2));
    });

    it('stand and fall with the effects', async () => {
      const of = fresh();
      await one.read(of);
      const failing = one.transaction(async ({ manager, move }) => {
        await move(of, BEGINNING, at(1));
        await bench.write(manager, 'rolled back');
        throw new Error('refused');
      });
      await expect(failing).rejects.toThrow('refused');
      expect(await one.read(of)).toEqual(BEGINNING);
      await one.transaction(async ({ manager, move }) => {
        await move(of, BEGINNING, at(1));
        await bench.write(manager, 'kept');
      });
      expect(await one.read(of)).toEqual(at(1));
      expect(await bench.effects()).toEqual(['kept']);
    });

    it('let one of two that move at the same time wait, and then fail', async () => {
      const of = fresh();
      await one.read(of);
      const order: string[] = [];
      let second: Promise<void> = Promise.resolve();
      await one.transaction(async ({ move }) => {
        await move(of, BEGINNING, at(1));
        second = other.transaction(async (waiting) => {
          const moved = await waiting.move(of, BEGINNING, at(1));
          order.push(`second: ${moved}`);
        });
        await new Promise((resolve) => setTimeout(resolve, 50));
        order.push('first commits');
      });
      await second;
      expect(order).toEqual(['first commits', 'second: false']);
    });

    it('keep the first halt of a shard', async () => {
      const of = fresh();
      const halt = { code: 'fork', source: of.source, shard: of.shard, position: 4 } as const;
      expect(await one.halt(of)).toBeUndefined();
      await one.writeHalt(of, halt);
      await other.writeHalt(of, { ...halt, code: 'gap', position: 5 });
      expect(await other.halt(of)).toEqual(halt);
      expect(await other.parked(of, 0)).toEqual(new Map());
    });
  });
}
