import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Engine } from './engine.js';
import { readMap } from './export-map.js';
import { mapOf, writeMap } from './map-init.js';

let root: string;
beforeAll(async () => (root = await mkdtemp(join(tmpdir(), 'privity-map-'))));
afterAll(() => rm(root, { recursive: true }));

describe('a map of an export', () => {
  const reading = async (text: string) => {
    const file = join(root, 'map.json');
    await writeFile(file, text);
    return readMap(file);
  };

  it.each([
    ['{"call_records": {"delimiter": ","},\n "bar_roll": }', /map\.json is no JSON: .*ar_roll/s],
    ['[]', /the whole: must be object/],
    ['{}', /the whole: must NOT have fewer than 1 properties/],
    ['{"calls": {}}', /map\.json, calls: is not known here/],
    ['{"call_records": {"colums": {}}}', /call_records: colums: is not known here/],
    ['{"call_records": {"columns": {"NUMBER": "A"}}}', /call_records: columns: NUMBER: is not known here/],
    ['{"call_records": {"columns": {"DIALED": null}}}', /call_records: columns: DIALED: must be string/],
    ['{"call_records": {"dates": "MM/DD/YY"}}', /call_records: dates: must be equal.*: MM\/DD\/YYYY, DD\/MM\/YYYY/],
    ['{"call_records": {"clock": "Gotham"}}', /call_records: clock: "Gotham" is neither "site" nor a time zone/],
    ['{"call_records": {"file": "../x.csv"}}', /call_records: file: must match pattern/],
    [
      '{"call_records": {"dates": "?", "columns": {"DIALED": "?"}, "yes": ["?"]}}',
      /"\?" for call_records: dates, .*yes, .*DIALED/,
    ],
  ])('%s is refused by what is wrong in it', async (text, told) => {
    const refused = await reading(text).catch((error: unknown) => error);
    expect(refused).toMatchObject({ exitCode: 2, message: expect.stringMatching(told) });
  });
});

describe('a map made from headers', () => {
  let engine: Engine;
  beforeAll(async () => (engine = await Engine.open(join(root, 'spill'))));
  afterAll(() => engine.close());
  const folderOf = async (files: Readonly<Record<string, string>>) => {
    const folder = await mkdtemp(join(root, 'export-'));
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    return folder;
  };
  const calls = (days: readonly string[]) =>
    `Call Number;Start Time;Facility Code;Called Party;Rec\n${days.map((day, n) => `${n};${day};N1;212-555-0101;Y\n`).join('')}`;

  it('recognises tables, columns, separators and days, and passes over what it does not know', async () => {
    const map = await mapOf(
      engine,
      await folderOf({
        'Calls 2025.csv': calls(['2025-01-02 03:04:05', '2025-02-28 03:04:05']),
        'bar_roll.csv': 'STATE,BAR_NO,LAST,FIRST,STATUS,PHONE1,PHONE2,PHONE3\nNY,1,A,B,Active,,,\n',
        'readme.txt': 'nothing\n',
      }),
    );
    expect(map).toEqual({
      call_records: {
        file: 'Calls 2025.csv',
        delimiter: ';',
        columns: {
          CALL_ID: 'Call Number',
          START_LOCAL: 'Start Time',
          SITE: 'Facility Code',
          DIALED: 'Called Party',
          RECORDED: 'Rec',
        },
        dates: 'YYYY-MM-DD',
      },
      bar_roll: {
        file: 'bar_roll.csv',
        columns: {
          ...{ BAR_STATE: 'STATE', BAR_NO: 'BAR_NO', LAST: 'LAST', FIRST: 'FIRST', STATUS: 'STATUS', FIRM: null },
          ...{ PHONE1: 'PHONE1', PHONE2: 'PHONE2', PHONE3: 'PHONE3' },
        },
      },
    });
  });

  it('guesses nothing: days that fit two forms, flags and columns that nobody knows are left to a person', async () => {
    const { call_records: map } = await mapOf(
      engine,
      await folderOf({
        'call_records.csv': 'CALL_ID,START,SITE,TO,RECORDED\n1,03/04/2025 10:00:00,N1,212-555-0101,yes\n',
      }),
    );
    expect(map).toMatchObject({ columns: { START_LOCAL: 'START', DIALED: '?' }, dates: '?', yes: ['?'] });
    const file = join(root, 'made.json');
    await writeMap(file, { call_records: map ?? {} });
    await expect(readMap(file)).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining('DIALED') });
    await expect(writeMap(file, {})).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('already'),
    });
    expect(await readFile(file, 'utf8')).toContain('"?"');
  });

  it('says so where two files are one table, or none is', async () => {
    const twice = await folderOf({ 'a.csv': calls(['2025-01-02']), 'b.csv': calls(['2025-01-02']) });
    await expect(mapOf(engine, twice)).rejects.toMatchObject({
      message: expect.stringMatching(/a\.csv and b\.csv .*look like call_records/),
    });
    await expect(mapOf(engine, await folderOf({ 'x.csv': 'A,B\n1,2\n' }))).rejects.toMatchObject({ exitCode: 2 });
  });
});
