import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { Forgotten, seal, SealBroken, unseal } from './sealed.js';

const key = { kid: 'k1', key: randomBytes(32) };
const context = 'attorney-7:person';

describe('sealed values', () => {
  it('open to what was sealed, never twice the same text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (plain, place) => {
        const value = seal(plain, key, place);
        expect(unseal(value, key.key, place)).toBe(plain);
        expect(seal(plain, key, place).ct).not.toBe(value.ct);
      }),
    );
  });

  it('read as forgotten once the key is gone', () => {
    const value = unseal(seal('Ana', key, context), undefined, context);
    expect(value).toBeInstanceOf(Forgotten);
    expect(`${String(value)} ${JSON.stringify({ value })}`).toBe('[forgotten] {"value":"[forgotten]"}');
  });

  it('do not open with another key: that is an error, not a forgotten person', () => {
    expect(() => unseal(seal('Ana', key, context), randomBytes(32), context)).toThrow(SealBroken);
  });

  it('do not open in another place or under another key id', () => {
    const value = seal('Ana', key, context);
    expect(() => unseal(value, key.key, 'attorney-8:person')).toThrow(SealBroken);
    expect(() => unseal({ ...value, kid: 'k2' }, key.key, context)).toThrow(SealBroken);
  });

  it('do not open when a single character differs', () => {
    const value = seal('Ana Johnson', key, context);
    for (const field of ['iv', 'ct'] as const) {
      for (let i = 0; i < value[field].length; i += 1) {
        const other = value[field][i] === 'A' ? 'B' : 'A';
        const altered = { ...value, [field]: value[field].slice(0, i) + other + value[field].slice(i + 1) };
        expect(() => unseal(altered, key.key, context)).toThrow(SealBroken);
      }
    }
  });

  it.each([
    ['', 'cut off'],
    ['AAAA', 'shorter than its tag'],
  ])('do not open as %j: %s', (ct) => {
    expect(() => unseal({ ...seal('Ana', key, context), ct }, key.key, context)).toThrow(SealBroken);
  });

  it('say nothing of the plain text in the error', () => {
    const value = seal('Ana Johnson', key, context);
    expect(() => unseal(value, randomBytes(32), context)).toThrow(/^a sealed value under key k1 does not open$/);
  });
});
