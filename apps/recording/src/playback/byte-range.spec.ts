import { describe, expect, it } from '@jest/globals';
import { byteRange, RangeNotSatisfiable } from './byte-range.js';

describe('a byte range', () => {
  it.each([
    ['bytes=0-', 0, 100],
    ['bytes=10-19', 10, 20],
    ['bytes=90-500', 90, 100],
    ['bytes=-10', 90, 100],
    ['bytes=-500', 0, 100],
    ['bytes=99-99', 99, 100],
  ])('%s of 100', (header, from, to) => {
    expect(byteRange(header, 100)).toEqual({ from, to });
  });

  it.each([undefined, '', 'bytes=-', 'bytes=5-2', 'bytes=0-1,5-6', 'seconds=0-1', 'bytes=a-b'])(
    '%s is the whole',
    (header) => {
      expect(byteRange(header, 100)).toBeUndefined();
    },
  );

  it.each(['bytes=100-', 'bytes=200-300', 'bytes=-0'])('%s of 100 lies outside', (header) => {
    expect(() => byteRange(header, 100)).toThrow(RangeNotSatisfiable);
  });

  it('of nothing lies outside', () => {
    expect(() => byteRange('bytes=0-', 0)).toThrow(RangeNotSatisfiable);
  });
});
