import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CAUSES, causeOf } from './cause.js';
import { isProtected, type Known, type Listing } from './protection.js';

const place = { site: 'N1', date: '2025-06-15' };
const whole: Listing = { flagsDisagree: false };
const listed = (...listings: readonly Listing[]): Known => ({ members: [], listings });

describe('a call to a number', () => {
  it.each<[string, Known, boolean]>([
    ['nobody knows', listed(), false],
    ['of an active member of the bar', { members: ['NY 1'], listings: [] }, true],
    ['on the list for another site', listed({ ...whole, site: 'N2' }), true],
    ['put on the list later', listed({ ...whole, added: '2026-01-01' }), true],
    ['under one flag', listed({ flagsDisagree: true }), true],
    ['taken off by a migration', listed({ ...whole, ended: { on: '2025-01-01', byMigration: true } }), true],
    ['taken off by somebody', listed({ ...whole, ended: { on: '2025-01-01', byMigration: false } }), false],
    ['taken off by somebody, later', listed({ ...whole, ended: { on: '2025-06-16', byMigration: false } }), true],
  ])('%s: protected or not', (_, known, expected) => {
    expect(isProtected(known, place)).toBe(expected);
  });
});

describe('why it was recorded', () => {
  const migrated = { on: '2025-06-15', byMigration: true };
  it.each<[string, Known]>([
    ['never-listed', { members: ['NY 1'], listings: [] }],
    ['late-listed', listed({ ...whole, added: '2025-06-16' })],
    ['dropped', listed({ ...whole, added: '2025-06-15', ended: migrated })],
    ['site-scoped', listed({ ...whole, site: 'N2' })],
    ['flag-lost', listed({ flagsDisagree: true })],
    ['unexplained', listed({ ...whole, site: 'N1' })],
    // the first that fits
    ['late-listed', listed({ flagsDisagree: true, site: 'N2', added: '2025-06-16', ended: migrated })],
    ['dropped', listed({ flagsDisagree: true, site: 'N2', ended: migrated })],
    ['site-scoped', listed({ flagsDisagree: true, site: 'N2' })],
    // with several rows, what the last of them failed by
    ['flag-lost', listed({ ...whole, added: '2025-06-16' }, { flagsDisagree: true })],
    ['site-scoped', listed({ ...whole, ended: migrated }, { ...whole, site: 'N2' })],
    ['unexplained', listed({ ...whole, site: 'N2' }, whole)],
  ])('%s', (cause, known) => {
    expect(causeOf(known, place)).toBe(cause);
  });

  it('does not depend on the order of rows, and one more row never moves it to an earlier cause', () => {
    const date = fc.constantFrom('2025-06-14', '2025-06-15', '2025-06-16');
    const ended = fc.record({ on: date, byMigration: fc.boolean() });
    const site = fc.constantFrom('N1', 'N2');
    const row: fc.Arbitrary<Listing> = fc.record(
      { flagsDisagree: fc.boolean(), site, added: date, ended },
      { requiredKeys: ['flagsDisagree'] },
    );
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 4 }), row, (rows, more) => {
        const cause = causeOf(listed(...rows), place);
        expect(causeOf(listed(...rows.toReversed()), place)).toBe(cause);
        expect(CAUSES.indexOf(causeOf(listed(...rows, more), place))).toBeGreaterThanOrEqual(CAUSES.indexOf(cause));
      }),
    );
  });
});
