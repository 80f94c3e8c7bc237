import { describe, expect, it } from '@jest/globals';
import type { BlindIndex } from '@privity/kernel';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { IndexMap } from './index-map.js';

/** Indexes of which many begin alike, so that they meet in the table. */
const close = fc
  .record({ epoch: fc.constantFrom('e1', 'e2'), first: fc.integer({ min: 0, max: 3 }), last: fc.nat(15) })
  .map(({ epoch, first, last }) => {
    const hash = Buffer.alloc(32);
    hash.writeUInt32LE(1022 + first);
    hash[31] = last;
    return `${epoch}.${hash.toString('base64url')}`;
  });
const odd = fc.constantFrom('', 'e1', 'e1.', 'e1.a', '.', `e1.${'A'.repeat(42)}B`, `e3 .${'A'.repeat(43)}`);
const step = fc.record({
  do: fc.constantFrom('set' as const, 'set' as const, 'delete' as const),
  index: fc.oneof({ weight: 9, arbitrary: close }, odd),
});

describe('IndexMap', () => {
  it('holds what a Map of the same steps holds, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.array(fc.oneof(close, odd)), (steps, asked) => {
        const map = new IndexMap<number>();
        const model = new Map<BlindIndex, number>();
        for (const [n, { do: what, index }] of steps.entries()) {
          if (what === 'set') {
            map.set(index, n);
            model.set(index, n);
          } else {
            map.delete(index);
            model.delete(index);
          }
          expect(map.size).toBe(model.size);
        }
        expect(new Set(map.where(() => true))).toEqual(new Set(model.keys()));
        const even = [...model].filter(([, n]) => n % 2 === 0).map(([index]) => index);
        expect(map.where((n) => n % 2 === 0).toSorted()).toEqual(even.toSorted());
        for (const index of [...asked, ...steps.map((one) => one.index)]) expect(map.get(index)).toBe(model.get(index));
      }),
      { numRuns: 300 },
    );
  });

  it('finds each of many thousands, and none that it does not have', () => {
    const indexOf = (n: number) => `e${n % 300}.${createHash('sha256').update(String(n)).digest('base64url')}`;
    const map = new IndexMap<number>();
    for (let n = 0; n < 20_000; n += 1) map.set(indexOf(n), n);
    for (let n = 0; n < 20_000; n += 3) map.delete(indexOf(n));
    for (let n = 20_000; n < 25_000; n += 1) map.set(indexOf(n), n);
    const kept = Array.from({ length: 25_000 }, (_, n) => n).filter((n) => n >= 20_000 || n % 3 > 0);
    expect(map.size).toBe(kept.length);
    for (let n = 0; n < 26_000; n += 1) {
      expect(map.get(indexOf(n))).toBe(n < 25_000 && (n >= 20_000 || n % 3 > 0) ? n : undefined);
    }
    expect(map.where(() => true).toSorted()).toEqual(kept.map(indexOf).toSorted());
  });
});
