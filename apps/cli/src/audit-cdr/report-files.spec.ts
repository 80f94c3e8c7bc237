import { describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Finding, reportOf } from '@privity/cdr';
import type { Audit } from './audit-export.js';
import { identitiesOf } from './identities.js';
import { writeCsv } from './report-csv.js';
import { pageOf } from './report-html.js';
import { words } from './report-words.js';

const HOSTILE = `<script>alert("1")</script>&'`;
const findings: readonly Finding[] = [
  {
    ...{ callId: '=1+1', cause: 'dropped', accesses: 2, site: HOSTILE, date: '2025-11-02', members: ['NY 1'] },
    utc: ['2025-11-02T05:30:00.000Z', '2025-11-02T06:30:00.000Z'],
  },
  { callId: 'C2', cause: 'late-listed', accesses: 0, site: 'N1', date: '2025-12-01', utc: [], members: [] },
];
const listened = [{ agency: HOSTILE, action: 'PLAY', times: 2, calls: 1 }];
const report = reportOf({ calls: 3, recorded: 2, unparseable_dialed: 1, attorneys: 1, accesses: 9 }, findings, {
  listened,
  unread: [{ table: 'call_records', column: 'DIALED', values: 200, lines: [7, 8] }],
  missing: ['allowed_numbers'],
});
const audit: Audit = {
  report,
  findings,
  sites: new Map([['N1', { name: 'North', zone: undefined }]]),
  members: new Map([['NY 1', { name: 'Counsel, Carol', firm: HOSTILE }]]),
  listeners: [{ user: 'user7', ...(listened[0] as (typeof listened)[0]) }],
};
const page = (identities = false) =>
  pageOf({ report, sites: audit.sites, identities: identities ? identitiesOf(audit) : undefined });

describe('the page', () => {
  it('shows what was found, and takes nothing of an export for markup', () => {
    expect(page()).not.toContain('<script>');
    for (const part of [
      '&lt;script&gt;',
      'dropped',
      '2025-11',
      'N1 North',
      report.digest,
      'row 7, 8',
      'allowed_numbers',
    ])
      expect(page()).toContain(part);
    expect(page()).toBe(page());
  });

  it('needs nothing from elsewhere, and can be printed', () => {
    expect(page()).not.toMatch(/https?:|src=|@import|url\(/);
    expect(page()).toContain('@media print');
  });

  it('names people only where it was asked for', () => {
    for (const name of ['Carol', 'user7', 'NY 1']) {
      expect(page()).not.toContain(name);
      expect(page(true)).toContain(name);
    }
  });
});

describe('the lines for a spreadsheet', () => {
  it('are text, with both readings of an hour that was there twice, and names only where they were asked for', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'privity-csv-'));
    const file = join(folder, 'breaches.csv');
    await writeCsv(file, audit, false);
    const [head, first, second] = (await readFile(file, 'utf8')).split('\r\n');
    expect(head).toBe('CALL_ID,CAUSE,SITE,DATE,UTC,UTC_SECOND_READING,ACCESSES');
    expect(first).toContain("'=1+1,dropped");
    expect(first).toContain('2025-11-02T05:30:00.000Z,2025-11-02T06:30:00.000Z,2');
    expect(second).toBe('C2,late-listed,N1,2025-12-01,,,0');
    await writeCsv(file, audit, true);
    expect(await readFile(file, 'utf8')).toContain('Counsel, Carol (NY 1)');
    await rm(folder, { recursive: true });
  });
});

describe('the words', () => {
  it('say what the report rests on less than it could', () => {
    expect(words(report)).toContain('Not readable: 200 of call_records.DIALED (row 7, 8, …)');
    expect(words(report)).toContain('The export has no allowed_numbers: the report says less.');
    expect(words(report)).toContain('1 of the calls began in the hour that autumn repeats');
  });
});
