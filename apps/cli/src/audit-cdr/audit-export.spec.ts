import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { stringify } from 'csv-stringify/sync';
import { DuckDBInstance } from '@duckdb/node-api';
import type { CdrReport } from '@privity/cdr';
import { momentReader } from '@privity/cdr';
import { localToInstant } from '@privity/kernel';
import { auditExport } from './audit-export.js';
import { Engine } from './engine.js';
import { tenDigits } from './number-sql.js';
import { TABLE_NAMES } from './tables.js';
import { exportFile, filesOf } from './export-folder.js';
import { type ExportMap, readMap } from './export-map.js';

const SAMPLES = join(import.meta.dirname, '../../../../samples');
const SAMPLE = join(SAMPLES, 'legacy-export');
const MAPS = join(SAMPLES, 'audit-cdr-maps');
const TABLES = ['call_records', 'bar_roll', 'do_not_record', 'allowed_numbers', 'facilities', 'access_log'];

describe("the audit of an incumbent's export", () => {
  let root: string;
  let sample: CdrReport;
  let folders = 0;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'privity-export-'));
    sample = await audit(SAMPLE);
  }, 60_000);
  afterAll(() => rm(root, { recursive: true }));

  async function audit(folder: string, map?: ExportMap): Promise<CdrReport> {
    const engine = await Engine.open(join(root, 'spill'));
    try {
      return (await auditExport(engine, await filesOf(folder, map))).report;
    } finally {
      engine.close();
    }
  }
  /** The sample, with some of its files other than they are. */
  async function folderWith(changes: Readonly<Record<string, ((bytes: Buffer) => Buffer | string) | undefined>>) {
    const folder = join(root, `export-${(folders += 1)}`);
    await mkdir(folder);
    for (const table of TABLES) {
      const change = changes[table];
      if (!(table in changes)) await copyFile(join(SAMPLE, `${table}.csv`), join(folder, `${table}.csv`));
      else if (change !== undefined)
        await writeFile(join(folder, `${table}.csv`), change(await readFile(join(SAMPLE, `${table}.csv`))));
    }
    return folder;
  }
  /** The sample as that vendor's system would have written it. */
  async function asVendor(map: ExportMap, folder: string): Promise<void> {
    const engine = await Engine.open(join(root, 'spill'));
    const zones = new Map(
      (await readFile(join(SAMPLE, 'facilities.csv'), 'utf8')).split('\n').map((line) => {
        const cells = line.split(',');
        return [cells[0] ?? '', (cells[5] ?? '').trim()] as const;
      }),
    );
    for (const table of TABLE_NAMES) {
      const ours = exportFile(table, join(SAMPLE, `${table}.csv`), {});
      const { columns, delimiter, dates, clock, yes } = exportFile(table, '', map[table] ?? {});
      await engine.attach(ours);
      const day = (text: string) => {
        const read = momentReader('MM/DD/YYYY')(text);
        if (read === undefined) return text;
        const [year = '', month = '', of = ''] = read.date.split('-');
        return dates.replace('YYYY', year).replace('MM', month).replace('DD', of) + text.slice(10);
      };
      const rows: string[][] = [[...columns.values()].filter((name) => name !== undefined)];
      for (const row of await engine.ask(ours, `from ${table}`)) {
        const cells = [...columns].flatMap(([column, theirs]) => {
          const text = row[column] ?? '';
          if (theirs === undefined) return [];
          if (column === 'START_LOCAL' && clock === 'UTC') return [utcOf(text, zones.get(row['SITE'] ?? '') ?? '')];
          if (['START_LOCAL', 'ADDED_DT', 'ENDED_DT'].includes(column)) return [day(text)];
          if (['RECORDED', 'DNR', 'PRIV'].includes(column)) return [text === 'Y' ? (yes[0] ?? '') : 'no'];
          return [text];
        });
        rows.push(cells);
      }
      await writeFile(join(folder, map[table]?.file ?? `${table}.csv`), stringify(rows, { delimiter }));
    }
    engine.close();
  }
  function utcOf(text: string, zone: string): string {
    const { time } = momentReader('MM/DD/YYYY')(text) ?? {};
    return time === undefined ? text : localToInstant(time, zone).slice(0, 19).replace('T', ' ');
  }
  const timesOf = (listened: CdrReport['listened']) => listened?.reduce((sum, { times }) => sum + times, 0);
  const lines = (change: (all: string[]) => void) => (bytes: Buffer) => {
    const all = bytes.toString('utf8').split('\n');
    change(all);
    return all.join('\n');
  };

  it('finds in the sample what was planted there', async () => {
    const truth = JSON.parse(await readFile(join(SAMPLE, 'truth.json'), 'utf8')) as object;
    expect(sample).toMatchObject(truth);
    expect(sample.breached).toHaveLength(sample.breach_calls);
    // Of this export the same on every machine, in every place and language.
    expect(sample.digest).toBe('92eda98d1570356a67c12122ba8af672eafec9b6f1af755966ccd694edca98bc');
  });

  it('comes to the same from gzip and from Parquet', async () => {
    const zipped = await folderWith({ call_records: undefined, access_log: undefined });
    for (const table of ['call_records', 'access_log'])
      await writeFile(join(zipped, `${table}.csv.gz`), gzipSync(await readFile(join(SAMPLE, `${table}.csv`))));
    expect(await audit(zipped)).toEqual(sample);
    const parquet = join(root, 'parquet');
    await mkdir(parquet);
    const writer = await (await DuckDBInstance.create()).connect();
    for (const table of TABLES)
      await writer.run(
        `copy (from read_csv('${join(SAMPLE, table)}.csv', all_varchar = true)) to '${join(parquet, table)}.parquet'`,
      );
    writer.closeSync();
    // Where there is no header, rows are counted without it.
    const { digest: _, unread, ...report } = await audit(parquet);
    expect(sample).toMatchObject(report);
    expect(unread.map(({ lines }) => lines)).toEqual(sample.unread.map(({ lines }) => lines.map((line) => line - 1)));
  }, 60_000);

  it.each<[string, readonly string[]]>([
    ['northline', []],
    ['castle', ['bar_roll.FIRM', 'access_log.AGENCY']],
    ['plains', []],
  ])(
    'comes to the same from the export of another vendor, %s, by its map',
    async (vendor, missing) => {
      const map = await readMap(join(MAPS, `${vendor}.json`));
      const folder = join(root, vendor);
      await mkdir(folder);
      await asVendor(map, folder);
      const theirs = await audit(folder, map);
      expect(theirs.missing).toEqual(missing);
      if (missing.length === 0) expect(theirs).toEqual(sample);
      const { digest: _, listened, breached, ...same } = sample;
      expect(theirs).toMatchObject({ ...same, missing });
      // A clock of one zone knows which of both hours it was.
      const first = (all: typeof breached) => all.map(({ utc, ...call }) => ({ ...call, utc: utc.slice(0, 1) }));
      expect(first(theirs.breached)).toEqual(first(breached));
      expect(timesOf(theirs.listened)).toBe(timesOf(listened));
    },
    60_000,
  );

  it('reads both hours of the repeated one, and the lines of what it could not read', async () => {
    const text = await readFile(join(SAMPLE, 'call_records.csv'), 'utf8');
    const records = text.split('\r\n');
    for (const line of sample.unread[0]?.lines ?? [])
      expect(tenDigits(records[line - 1]?.split(',')[5] ?? '')).toBe(undefined);
    expect(sample.unread[0]).toMatchObject({
      table: 'call_records',
      column: 'DIALED',
      values: sample.unparseable_dialed,
    });
    const [first] = sample.breached;
    const at = records.findIndex((line) => line.startsWith(`${first?.callId},`));
    const moved = await audit(
      await folderWith({
        call_records: lines((all) => (all[at] = (all[at] ?? '').replace(/,\d\d\/\d\d\/\d{4} \d\d/, ',11/02/2025 01'))),
        facilities: (bytes) => bytes.toString('utf8').replaceAll('America/Phoenix', 'America/Denver'),
      }),
    );
    const { utc = [] } = moved.breached.find(({ callId }) => callId === first?.callId) ?? {};
    expect(utc).toHaveLength(2);
    expect(Date.parse(utc[1] ?? '') - Date.parse(utc[0] ?? '')).toBe(3_600_000);
  });

  it('says less, and that it does, of an export without some of the files', async () => {
    const less = await audit(
      await folderWith({ access_log: undefined, allowed_numbers: undefined, facilities: undefined }),
    );
    expect(less.missing).toEqual(['allowed_numbers', 'facilities', 'access_log']);
    expect(less).not.toHaveProperty('listened');
    expect(less).not.toHaveProperty('unverified_calls');
    expect(less.breaches).toEqual(sample.breaches);
    expect(less.breached.every(({ utc }) => utc.length === 0)).toBe(true);
    const unlisted = await audit(await folderWith({ do_not_record: undefined }));
    expect(Object.keys(unlisted.breaches)).toEqual(['never-listed']);
    const { breaches } = await audit(await folderWith({ bar_roll: undefined }));
    expect(breaches).not.toHaveProperty('never-listed');
  }, 30_000);

  it('counts what a list has that nobody can read, by its lines', async () => {
    const { unread, breach_calls: calls } = await audit(
      await folderWith({
        do_not_record: lines((all) => {
          all[1] = (all[1] ?? '').replace(/^[^,]*,/, '555-01,');
          all[2] = (all[2] ?? '').replace(/\d\d\/\d\d\/\d{4}/, 'in spring');
        }),
      }),
    );
    expect(unread).toContainEqual({ table: 'do_not_record', column: 'PHONE', values: 1, lines: [2] });
    expect(unread).toContainEqual({ table: 'do_not_record', column: 'ADDED_DT', values: 1, lines: [3] });
    expect(calls).toBeGreaterThan(0);
  });

  it('says less without an access log, and finds the same calls', async () => {
    const { accesses, breached, breach_calls: calls } = await audit(await folderWith({ access_log: undefined }));
    expect([accesses, calls]).toEqual([undefined, sample.breach_calls]);
    expect(breached.map(({ callId }) => callId)).toEqual(sample.breached.map(({ callId }) => callId));
  });

  it('counts apart what has no day, and guesses none', async () => {
    const [first] = sample.breached;
    const undated = await audit(
      await folderWith({
        call_records: lines((all) => {
          const at = all.findIndex((line) => line.startsWith(`${first?.callId},`));
          all[at] = (all[at] ?? '').replace(/,\d\d\/\d\d\/\d{4} /, ',31/31/2025 ');
        }),
      }),
    );
    expect(undated).toMatchObject({ undated_calls: 1, breach_calls: sample.breach_calls - 1 });
  });

  it('tells the first lines of the file of what it could not read, in whatever order it came upon them', async () => {
    const ids = new Set(sample.breached.slice(0, 150).map(({ callId }) => callId));
    const numbers: number[] = [];
    const { unread } = await audit(
      await folderWith({
        call_records: lines((all) =>
          all.forEach((line, n) => {
            if (!ids.has(line.split(',', 1)[0] ?? '')) return;
            numbers.push(n + 1);
            all[n] = line.replace(/,\d\d\/\d\d\/\d{4} /, ',31/31/2025 ');
          }),
        ),
      }),
    );
    expect(unread).toContainEqual({
      ...{ table: 'call_records', column: 'START_LOCAL', values: 150 },
      lines: numbers.slice(0, 100),
    });
  });

  it('takes agencies for one whose names differ in the space around them', async () => {
    const spaced = lines((all) =>
      all.forEach((line, n) => (all[n] = n % 2 === 0 ? line : line.replace(',DA,', ', DA ,'))),
    );
    expect((await audit(await folderWith({ access_log: spaced }))).listened).toEqual(sample.listened);
  });

  it.each<[string, Parameters<typeof folderWith>[0], RegExp]>([
    ['calls are missing', { call_records: undefined }, /has no call_records\.csv, .*there are no calls/],
    [
      'both lists are missing',
      { bar_roll: undefined, do_not_record: undefined },
      /has no bar_roll\.csv, .*nothing to compare with/,
    ],
    ['a file is empty', { bar_roll: () => '' }, /bar_roll\.csv is empty/],
    [
      'a column is missing',
      { call_records: lines((all) => (all[0] = (all[0] ?? '').replace('DIALED', 'NUMBER'))) },
      /call_records\.csv has no column DIALED/,
    ],
    [
      'a line is cut',
      { call_records: (bytes) => bytes.subarray(0, 1_000_000) },
      /call_records\.csv, row \d+: Expected Number of Columns: 10 Found: \d/,
    ],
    [
      'a line has more',
      { call_records: lines((all) => (all[300] = `more,${all[300]}`)) },
      /row 301: Expected.*Found: 11/,
    ],
    [
      'a line never ends',
      { call_records: lines((all) => (all[500] = `${'x'.repeat(3_000_000)}\r`)) },
      /call_records\.csv, line 501: it is longer than 1048576 bytes/,
    ],
    // Of more than it reads at once, DuckDB itself says nothing, and leaves out the rest of the file.
    [
      'a line is longer than what is read at once',
      { call_records: lines((all) => (all[500] = `${'x'.repeat(40_000_000)}\r`)) },
      /call_records\.csv, line 501: it is longer than/,
    ],
    [
      'the first line never ends',
      { call_records: () => 'x'.repeat(40_000_000) },
      /call_records\.csv, line 1: it is longer/,
    ],
    [
      'it is not UTF-8',
      { bar_roll: (bytes) => Buffer.from(bytes.toString('utf8').slice(1), 'latin1') },
      /bar_roll\.csv, row 2: this is not in the encoding/,
    ],
    [
      'a quote is never closed',
      { call_records: lines((all) => (all[99] = (all[99] ?? '').replace(',', ',"'))) },
      /call_records\.csv, row 100: Value with unterminated quote/,
    ],
  ])(
    'says where when %s',
    async (_, changes, told) => {
      const refused = await audit(await folderWith(changes)).catch((error: unknown) => error);
      expect(refused).toMatchObject({ exitCode: 2, message: expect.stringMatching(told) });
    },
    30_000,
  );

  it('says so as well of a long line in an archive, and of a file that is no Parquet', async () => {
    const zipped = await folderWith({ call_records: undefined });
    const long = lines((all) => (all[500] = `${'x'.repeat(40_000_000)}\r`))(
      await readFile(join(SAMPLE, 'call_records.csv')),
    );
    await writeFile(join(zipped, 'call_records.csv.gz'), gzipSync(long, { level: 1 }));
    await expect(audit(zipped)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/gz, line 501: it is/),
    });
    // Torn at the end of a line, as far as it can be unpacked.
    const text = await readFile(join(SAMPLE, 'call_records.csv'));
    const torn = [text.subarray(0, text.indexOf('\n', 1_000_000) + 1), text.subarray(0, 100)].map((part) =>
      gzipSync(part),
    );
    await writeFile(join(zipped, 'call_records.csv.gz'), Buffer.concat(torn).subarray(0, -90));
    await expect(audit(zipped)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/not all of one/),
    });
    const none = await folderWith({ call_records: undefined });
    await writeFile(join(none, 'call_records.parquet'), 'hello\n');
    await expect(audit(none)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/call_records\.parquet/),
    });
  }, 60_000);

  it('says that a folder is none', async () => {
    await expect(filesOf(join(SAMPLE, 'truth.json'))).rejects.toMatchObject({ exitCode: 2 });
  });
});
