import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { classify } from './classify.js';
import { run, scripted, scriptId } from './contract/script.js';
import { BEGINNING, type Cursor } from './cursor.js';
import { sourceOf } from './names.js';

const context = 'test';
const at = (position: number): Cursor => ({ position, id: scriptId(0, position), offset: undefined });
const read = (cursor: Cursor, texts: readonly string[]) =>
  classify(
    sourceOf(context),
    0,
    cursor,
    texts.map((text) => ({ text })),
  );
const positions = (classified: ReturnType<typeof read>): number[] => classified.fresh.map(({ position }) => position);

describe('classify', () => {
  it('takes the next events with the right predecessors, from the beginning and from anywhere', () => {
    expect(read(BEGINNING, run(context, 0, 1, 3))).toMatchObject({ fresh: [{ position: 1 }, {}, {}], stop: undefined });
    expect(positions(read(at(3), run(context, 0, 4, 6)))).toEqual([4, 5, 6]);
  });

  it('drops what was applied, and what is delivered twice', () => {
    expect(positions(read(at(3), [...run(context, 0, 1, 4), ...run(context, 0, 2, 5)]))).toEqual([4, 5]);
  });

  it('stops at a gap with what came before it, and says what is missing', () => {
    const gap = read(at(3), [...run(context, 0, 4, 5), ...run(context, 0, 7, 8)]);
    expect(positions(gap)).toEqual([4, 5]);
    expect(gap.stop).toEqual({ code: 'gap', expected: 6, found: 8 });
  });

  it('finds a missing event behind those that follow it', () => {
    const texts = [...run(context, 0, 6, 8), ...run(context, 0, 4, 9)];
    expect(read(at(3), texts).stop).toBeUndefined();
    expect(positions(read(at(3), texts))).toEqual([4, 5, 6, 7, 8, 9]);
  });

  it('reports a fork by predecessor, by id at the last position, and at a rewritten beginning', () => {
    const other = { context, shard: 0, branch: 'b' };
    expect(read(at(3), [scripted({ ...other, position: 4 })]).stop?.code).toBe('fork');
    expect(read(at(3), [scripted({ ...other, position: 3 })]).stop?.code).toBe('fork');
    expect(
      read(BEGINNING, [scripted({ ...other, position: 1 }), scripted({ context, shard: 0, position: 2 })]),
    ).toMatchObject({
      fresh: [{ position: 1 }],
      stop: { code: 'fork', event: { position: 2 } },
    });
  });

  it('reports what is no event of this shard', () => {
    for (const text of [
      '',
      'null',
      '{}',
      '[1',
      scripted({ context, shard: 1, position: 4 }),
      scripted({ context, shard: 0, position: -1 }),
    ]) {
      expect(read(at(3), [text]).stop).toEqual({ code: 'unreadable', position: 4 });
    }
  });

  it('whatever comes how often in whatever order: fresh events continue the shard one by one', () => {
    fc.assert(
      fc.property(fc.nat(6), fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 40 }), (from, order) => {
        const texts = order.map((position) => scripted({ context, shard: 0, position }));
        const { fresh, stop } = read(from === 0 ? BEGINNING : at(from), texts);
        expect(fresh.map(({ position }) => position)).toEqual(fresh.map((_, n) => from + 1 + n));
        const last = from + fresh.length;
        expect(stop?.code).toBe(order.some((position) => position > last) ? 'gap' : undefined);
      }),
    );
  });
});
