import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditExport } from './audit-export.js';
import { Engine } from './engine.js';
import { filesOf } from './export-folder.js';
import type { ExportMap } from './export-map.js';
import { quoted } from './file-sql.js';
import { identitiesOf } from './identities.js';

let root: string;
beforeAll(async () => (root = await mkdtemp(join(tmpdir(), 'privity-odd-'))));
afterAll(() => rm(root, { recursive: true }));

const CALLS = 'CALL_ID,START_LOCAL,SITE,DIALED,RECORDED';
const BAR_ROLL = 'BAR_STATE,BAR_NO,LAST,FIRST,STATUS,FIRM,PHONE1,PHONE2,PHONE3';
/** A call at noon of a summer's day to the one number that the list has. */
const call = (id: string, start = '07/01/2025 12:00:00', number = '212-555-0101') => `${id},${start},N1,${number},Y`;
const FILES = {
  call_records: [CALLS, call('A')],
  do_not_record: ['PHONE,DNR,PRIV,SITE,ADDED_DT,ENDED_DT,NOTE', '2125550101,Y,Y,*,,,'],
  facilities: ['SITE,NAME,TIMEZONE', 'N1,North,America/New_York'],
};

async function folderOf(files: Readonly<Record<string, readonly string[]>>): Promise<string> {
  const folder = await mkdtemp(join(root, 'export-'));
  for (const [table, lines] of Object.entries({ ...FILES, ...files }))
    if (lines.length > 0) await writeFile(join(folder, `${table}.csv`), `${lines.join('\r\n')}\r\n`);
  return folder;
}

async function audited(folder: string, map?: ExportMap) {
  const engine = await Engine.open(join(root, 'spill'));
  try {
    return await auditExport(engine, await filesOf(folder, map));
  } finally {
    engine.close();
  }
}
const reportOf = async (files: Readonly<Record<string, readonly string[]>>, map?: ExportMap) =>
  (await audited(await folderOf(files), map)).report;

describe('a time that cannot be read', () => {
  const unread = (values: number, lines: readonly number[]) => [
    { table: 'call_records', column: 'START_LOCAL', values, lines },
  ];

  it('is counted with its rows where the day can be told, and the call with it', async () => {
    const starts = ['07/01/2025 25:99', '07/01/2025 12:00', '07/01/2025 noon', '07/01/2025', '07/01/2025 12:00-04:00'];
    const report = await reportOf({ call_records: [CALLS, ...starts.map((start, n) => call(`${n}`, start))] });
    expect(report).toMatchObject({ breach_calls: 5, unread: unread(2, [2, 4]) });
    expect(report).not.toHaveProperty('undated_calls');
    expect(report.breached.map(({ utc }) => utc.length)).toEqual([0, 1, 0, 0, 1]);
  });

  it('is one in UTC, or with the offset of another place, where the clock is the facility’s: nobody knows the day', async () => {
    const starts = ['07/01/2025 12:00:00Z', '07/01/2025 12:00:00+02:00', '07/01/2025 12:00:00'];
    const calls = [CALLS, ...starts.map((start) => call('A', start))];
    const report = await reportOf({ call_records: calls });
    expect(report).toMatchObject({ breach_calls: 1, undated_calls: 2, unread: unread(2, [2, 3]) });
    const inUtc = await reportOf({ call_records: calls }, { call_records: { clock: 'UTC' } });
    expect(inUtc).toMatchObject({ breach_calls: 2, undated_calls: 1, unread: unread(1, [3]) });
  });

  it('is counted in the lists as well', async () => {
    const list = [
      FILES.do_not_record[0] as string,
      '2125550101,Y,Y,*,01/01/2020 25:99,,',
      '2125550102,Y,Y,*,01/01/2020 00:00Z,,',
    ];
    expect((await reportOf({ do_not_record: list })).unread).toEqual([
      { table: 'do_not_record', column: 'ADDED_DT', values: 1, lines: [2] },
    ]);
  });

  it('is none of Parquet’s instants, which are in UTC on any machine', async () => {
    const folder = await folderOf({ call_records: [] });
    const engine = await Engine.open(join(root, 'spill'));
    const start = `timestamptz '2025-07-01 02:30:00+00' as "START_LOCAL"`;
    await engine.connection.run(`set TimeZone = 'Asia/Tokyo'`);
    await engine.connection.run(
      `copy (select 'A' as "CALL_ID", ${start}, 'N1' as "SITE", '2125550101' as "DIALED", 'Y' as "RECORDED")
        to ${quoted(join(folder, 'call_records.parquet'))} (format parquet)`,
    );
    engine.close();
    const dates = 'YYYY-MM-DD';
    const { report } = await audited(folder, { call_records: { dates, clock: 'UTC' } });
    expect(report.unread).toEqual([]);
    expect(report.breached).toMatchObject([{ date: '2025-06-30', utc: ['2025-07-01T02:30:00.000Z'] }]);
    expect((await audited(folder, { call_records: { dates } })).report).toMatchObject({
      ...{ breach_calls: 0, undated_calls: 1, unread: unread(1, [1]) },
    });
  });
});

describe('a call', () => {
  const access = (...ids: readonly string[]) => ['USER,AGENCY,CALL_ID,ACTION', ...ids.map((id) => `u,DA,${id},PLAY`)];

  it('that stands twice was listened to as often as the log says', async () => {
    const report = await reportOf({
      call_records: [CALLS, call('A'), call('A'), call('A', '07/02/2025 12:00:00'), call('B')],
      access_log: access('A', 'A', 'B', 'C'),
    });
    expect(report).toMatchObject({ breach_calls: 4, accesses: 4, accessed_breach_calls: 4, breach_accesses: 3 });
    expect(report.listened).toEqual([{ agency: 'DA', action: 'PLAY', times: 3, calls: 2 }]);
  });

  it('is the same in both tables whatever the space around its id, and one without an id is none of the log’s', async () => {
    const report = await reportOf({
      call_records: [CALLS, call(' A'), call('B  '), call(''), call('  ')],
      access_log: access('A ', 'B', '  B', '', '  '),
    });
    expect(report).toMatchObject({ breach_calls: 4, accesses: 5, accessed_breach_calls: 2, breach_accesses: 3 });
    expect(report.breached.map(({ callId }) => callId)).toEqual(['', '', 'A', 'B']);
  });
});

describe('bar members', () => {
  it('without a number are each one of their own, and are told of; an empty row is nobody', async () => {
    const members = [
      'NY,,Roe,Ann,ACTIVE,,212-555-0101,,',
      'NY, ,Doe,Bob,ACTIVE,,212-555-0102,,',
      ',,,,,,,,',
      'NY,1,Poe,Cy,ACTIVE,,,,',
    ];
    const calls = [CALLS, call('A'), call('B', undefined, '212-555-0102'), call('C', undefined, '212-555-0102')];
    const audit = await audited(await folderOf({ call_records: calls, bar_roll: [BAR_ROLL, ...members] }));
    expect(audit.report).toMatchObject({ attorneys: 3, by_attorney: [2, 1] });
    expect(audit.report.unread).toEqual([{ table: 'bar_roll', column: 'BAR_NO', values: 2, lines: [2, 3] }]);
    expect(identitiesOf(audit).attorneys).toMatchObject([
      { bar: 'NY (row 3)', name: 'Doe, Bob', calls: 2 },
      { bar: 'NY (row 2)', name: 'Roe, Ann', calls: 1 },
    ]);
  });

  it('are all named whom calls of one id reached', async () => {
    const members = ['NY,1,Roe,Ann,ACTIVE,,212-555-0101,,', 'NY,2,Doe,Bob,ACTIVE,,212-555-0102,,'];
    const calls = [CALLS, call('A'), call('A', undefined, '212-555-0102'), call('A')];
    const audit = await audited(await folderOf({ call_records: calls, bar_roll: [BAR_ROLL, ...members] }));
    expect(identitiesOf(audit).called).toEqual({ A: ['NY 1', 'NY 2'] });
  });
});
