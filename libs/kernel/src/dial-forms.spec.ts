import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseNumber } from './number.js';

const wide = (text: string) => text.replace(/[0-9+]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0));

/** How a keypad, a softphone or an export may write one number: read as that number, or not at all. */
const DIAL_FORMS: Readonly<Record<'read' | 'refused', readonly ((digits: string) => string)[]>> = {
  read: [
    (n) => n,
    (n) => `1${n}`,
    (n) => `+1${n}`,
    (n) => `1-${n.slice(0, 3)}-${n.slice(3, 6)}-${n.slice(6)}`,
    (n) => `0111${n}`,
    (n) => `011 1 (${n.slice(0, 3)}) ${n.slice(3, 6)}-${n.slice(6)}`,
    (n) => `${n} x5`,
    (n) => `${n} ext. 5`,
    (n) => `${n};ext=5`,
    (n) => `${n},,5`,
    (n) => `tel:+1${n}`,
    (n) => `TEL:${n}`,
    (n) => `tel:+1-${n.slice(0, 3)}-${n.slice(3)};ext=5`,
    (n) => wide(n),
    (n) => wide(`+1${n}`),
    (n) => wide(`0111${n}`),
  ],
  refused: [
    (n) => `*67${n}`,
    (n) => `*67 1 ${n}`,
    (n) => `*82${n}`,
    (n) => `#31#${n}`,
    (n) => `＊67${n}`,
    (n) => `*67${wide(n)}`,
    (n) => `tel:*67${n}`,
    (n) => `${n}9`,
    (n) => `1${n}99`,
    (n) => `${n}#`,
    (n) => `${n}*1`,
    (n) => `9${n}`,
    (n) => `9,1${n}`,
    (n) => `0${n}`,
    (n) => `011${n}`,
    (n) => `00 1 ${n}`,
    (n) => `10102881${n}`,
    (n) => `+${n}`,
    (n) => `tel:${n};phone-context=+44`,
    (n) => `tel:${n.slice(3)}`,
    (n) => `sip:+1${n}@example.org`,
    (n) => n.slice(3),
    (n) => n.slice(0, 9),
  ],
};

describe('a number in any dial form', () => {
  // Area and exchange codes begin with 2 to 9.
  const digits = fc.stringMatching(/^[2-9]\d\d[2-9]\d{6}$/);

  it('is that number', () => {
    fc.assert(
      fc.property(digits, fc.constantFrom(...DIAL_FORMS.read), (n, write) => {
        expect(parseNumber(write(n))).toMatchObject({ ok: true, number: `+1${n}` });
      }),
      { numRuns: 2000 },
    );
  });

  it('or none, where a switch might still put it through', () => {
    fc.assert(
      fc.property(digits, fc.constantFrom(...DIAL_FORMS.refused), (n, write) => {
        expect(parseNumber(write(n)).ok).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('is never another number, whatever is put before it and after it', () => {
    const before = fc.stringMatching(/^(?:[*#]\d{0,3}[*#]?)?(?:tel:)?\+?[019]{0,4}[ -]?$/);
    const after = fc.oneof(
      fc.stringMatching(/^(?:[,;#*xpw ]|ext)*\d{0,4}[#*]?$/),
      fc.constantFrom(';phone-context=+1', ';phone-context=+44', ';isub=5'),
    );
    fc.assert(
      fc.property(before, digits, after, fc.boolean(), (prefix, n, suffix, isWide) => {
        const text = `${prefix}${n}${suffix}`;
        const parsed = parseNumber(isWide ? wide(text) : text);
        if (parsed.ok) expect(parsed.number).toBe(`+1${n}`);
      }),
      { numRuns: 5000 },
    );
  });
});
