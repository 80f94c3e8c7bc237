import { describe, expect, it } from '@jest/globals';
import { HeardRanges } from './heard.js';

describe('what was heard', () => {
  it('joins what follows on and keeps jumps apart, in seconds', () => {
    const heard = new HeardRanges();
    heard.add(0, 8_000);
    heard.add(8_000, 12_000);
    heard.add(80_000, 84_000);
    heard.add(5, 5);
    expect(heard.take()).toEqual([
      [0, 1.5],
      [10, 10.5],
    ]);
    expect(heard.empty).toBe(true);
    expect(heard.take()).toEqual([]);
  });
});
