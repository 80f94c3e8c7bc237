import { describe, expect, it } from '@jest/globals';
import type { E164 } from '@privity/kernel';
import fc from 'fast-check';
import { nearNumbers } from './near-numbers.js';

const number = fc
  .tuple(fc.integer({ min: 2, max: 9 }), fc.stringMatching(/^\d{9}$/))
  .map(([first, rest]) => `+1${first}${rest}` as E164);

describe('numbers that are near to another', () => {
  it('differ in one digit, or in the order of two neighbours', () => {
    const near = nearNumbers('+12125550101' as E164);
    expect(near).toEqual(expect.arrayContaining(['+12125550102', '+13125550101', '+12125551001', '+12215550101']));
    expect(near).not.toContain('+11225550101');
    expect(near).not.toContain('+12125550101');
  });

  it('are as near the other way round, are numbers of the plan, and each stands there once', () => {
    fc.assert(
      fc.property(number, (one) => {
        const near = nearNumbers(one);
        expect(new Set(near).size).toBe(near.length);
        for (const other of near) {
          expect(other).toMatch(/^\+1[2-9]\d{9}$/);
          expect(nearNumbers(other)).toContain(one);
        }
      }),
    );
  });
});
