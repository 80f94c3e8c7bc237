import { describe, expect, it } from '@jest/globals';
import { SHARDS, shardOf } from './shards.js';

describe('shardOf', () => {
  // Fixed values: a changed rule would look for old streams in the wrong shard. Taken from `printf s | sha256sum`.
  it.each([
    ['', 0xe3b0c442],
    ['abc', 0xba7816bf],
    ['number-é', 0x94bdb631],
  ])('places %j by the first four bytes of its digest', (stream, head) => {
    expect(shardOf(stream)).toBe(head % 12);
  });

  it('spreads streams over all twelve shards', () => {
    const shards = new Set(Array.from({ length: 1000 }, (_, i) => shardOf(`call-${i}`)));
    expect(shards.size).toBe(SHARDS);
  });
});
