import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { lengthPrefixed } from './framing.js';
import { derivedId, isUuid, uuidv7 } from './ids.js';

describe('ids', () => {
  it('orders new ids by time', () => {
    const ids = Array.from({ length: 100 }, () => uuidv7());
    expect(ids).toEqual([...ids].sort());
    expect(ids.every((id) => isUuid(id) && id[14] === '7')).toBe(true);
  });

  it('orders them also when a millisecond has more than it can count, or the clock is set back', () => {
    const clock = jest.spyOn(Date, 'now');
    const now = Number.parseInt(uuidv7().replaceAll('-', '').slice(0, 12), 16) + 1;
    clock.mockReturnValue(now);
    const ids = Array.from({ length: 5_000 }, uuidv7);
    clock.mockReturnValue(now - 3_600_000);
    ids.push(uuidv7());
    clock.mockRestore();
    expect(ids).toEqual([...new Set(ids)].sort());
    expect(ids.every(isUuid)).toBe(true);
    const times = ids.map((id) => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16) - now);
    expect([times[0], times.at(-1)]).toEqual([0, 1]);
  });

  it('derives a UUID of version 8 that never changes, since old retries must still be no-ops', () => {
    const id = derivedId('0190f3a0-0000-7000-8000-000000000001', 'registry.protect-allowed', 0);
    expect(id).toBe('8ec832e7-6010-8234-9ff4-1f447e6c80e6');
    expect(isUuid(id)).toBe(true);
  });

  it('derives different ids for different causes, handlers and counts', () => {
    const parts = fc.tuple(fc.string({ maxLength: 4 }), fc.string({ maxLength: 4 }), fc.nat(20));
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const same = a.every((part, i) => part === b[i]);
        expect(derivedId(...a) === derivedId(...b)).toBe(same);
      }),
    );
    expect(derivedId('a', 'bc', 1)).not.toBe(derivedId('ab', 'c', 1));
    expect(derivedId('a', 'b', 11)).not.toBe(derivedId('a', 'b1', 1));
  });
});

describe('lengthPrefixed', () => {
  it('gives different bytes for different lists', () => {
    const list = fc.array(fc.string({ maxLength: 3 }), { maxLength: 3 });
    fc.assert(
      fc.property(list, list, (a, b) => {
        expect(lengthPrefixed(...a).equals(lengthPrefixed(...b))).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });
});
