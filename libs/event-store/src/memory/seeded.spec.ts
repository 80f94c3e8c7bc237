import { describe, expect, it } from '@jest/globals';
import { seeded } from './seeded.js';

const drawn = (seed: number, count: number) => Array.from({ length: count }, seeded(seed));

describe('seeded numbers', () => {
  it('are those of mulberry32: seeds that documents name draw what they drew', () => {
    expect(drawn(1, 3).map((number) => number * 2 ** 32)).toEqual([2693262067, 11749833, 2265367787]);
  });

  it('follow from their seed, and differ from those of another', () => {
    expect(drawn(7, 100)).toEqual(drawn(7, 100));
    expect(drawn(7, 100)).not.toEqual(drawn(8, 100));
    for (const number of drawn(7, 1_000)) expect(number >= 0 && number < 1).toBe(true);
  });
});
