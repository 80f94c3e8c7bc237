import { describe, expect, it } from '@jest/globals';
import { type Finding, reportOf } from './report.js';

const totals = { calls: 10, recorded: 8, unparseable_dialed: 1, attorneys: 3, accesses: 5 };
const place = { site: 'N1', date: '2025-03-31', utc: [] };
const findings: readonly Finding[] = [
  { ...place, callId: 'B', cause: 'dropped', accesses: 0, members: [] },
  { ...place, callId: 'a', cause: 'dropped', accesses: 2, members: ['NY 2', 'NY 1'], site: 'N2' },
  { ...place, callId: 'A', cause: 'flag-lost', accesses: 1, members: ['NY 1'], date: '2025-02-01' },
];
const sections = { unread: [], missing: [] };

describe('the report', () => {
  it('counts by cause, place, month and attorney, and what was listened to', () => {
    expect(reportOf(totals, findings, sections)).toMatchObject({
      ...totals,
      breach_calls: 3,
      breaches: { dropped: 2, 'flag-lost': 1 },
      accessed_breach_calls: 2,
      breach_accesses: 3,
      by_site: [
        { name: 'N1', calls: 2 },
        { name: 'N2', calls: 1 },
      ],
      by_month: [
        { name: '2025-02', calls: 1 },
        { name: '2025-03', calls: 2 },
      ],
      by_attorney: [2, 1],
      breached: [{ callId: 'A' }, { callId: 'B' }, { callId: 'a' }],
    });
  });

  it('counts what was taken out of a call once, however many lines the call has', () => {
    const [, second] = findings as [Finding, Finding, Finding];
    const twice = reportOf(totals, [...findings, second, { ...second, cause: 'flag-lost' }], sections);
    expect(twice).toMatchObject({ breach_calls: 5, accessed_breach_calls: 4, breach_accesses: 3 });
  });

  it('names nobody', () => {
    expect(JSON.stringify(reportOf(totals, findings, sections))).not.toContain('NY ');
  });

  it('says nothing of accesses where there is no log of them', () => {
    const { accesses: _, ...without } = totals;
    const report = reportOf(without, findings, sections);
    expect(report).not.toHaveProperty('accessed_breach_calls');
    expect(report).not.toHaveProperty('breach_accesses');
  });

  it('has one digest whatever the order of what it is made of, and another for any other content', () => {
    const digest = (more: object, of = findings, what: object = {}) =>
      reportOf({ ...totals, ...more }, of, { ...sections, ...what }).digest;
    expect(digest({}, findings.toReversed())).toBe(digest({}));
    const reversed = Object.fromEntries(Object.entries(totals).toReversed()) as typeof totals;
    expect(reportOf(reversed, findings, sections).digest).toBe(digest({}));
    const other = (change: Partial<Finding>) => [{ ...(findings[0] as Finding), ...change }, ...findings.slice(1)];
    const others = [
      digest({ recorded: 7 }),
      digest({ undated_calls: 1 }),
      digest({}, findings.slice(1)),
      digest({}, other({ accesses: 1 })),
      digest({}, other({ site: 'N3' })),
      digest({}, other({ utc: ['2025-03-31T00:00:00.000Z'] })),
      digest({}, other({ members: ['NY 1'] })),
      digest({}, findings, { missing: ['access_log'] }),
      digest({}, findings, { listened: [{ agency: 'DA', action: 'PLAY', times: 1, calls: 1 }] }),
      digest({}, findings, { unread: [{ table: 'bar_roll', column: 'PHONE1', values: 1, lines: [2] }] }),
    ];
    expect(new Set([digest({}), ...others]).size).toBe(others.length + 1);
    // Who it was is no part of what everybody gets, only that it was one and the same.
    expect(digest({}, other({ members: ['TX 9'] }))).toBe(digest({}, other({ members: ['TX 8'] })));
  });
});
