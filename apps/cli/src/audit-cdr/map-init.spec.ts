import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Engine } from './engine.js';
import { exportFile } from './export-folder.js';
import { readMap } from './export-map.js';
import { mapOf, writeMap } from './map-init.js';

let root: string;
beforeAll(async () => (root = await mkdtemp(join(tmpdir(), 'privity-map-init-'))));
afterAll(() => rm(root, { recursive: true }));

describe('a map made from headers', () => {
  let engine: Engine;
  beforeAll(async () => (engine = await Engine.open(join(root, 'spill'))));
  afterAll(() => engine.close());
  const folderOf = async (files: Readonly<Record<string, string | Buffer>>) => {
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

  it.each<[string, readonly string[], string | undefined]>([
    ['Start Time UTC', ['2025-01-22 03:04:05'], 'UTC'],
    ['START_UTC', ['2025-01-22'], 'UTC'],
    ['GMT Start', ['2025-01-22T03:04:05Z', '2025-01-22 03:04:05'], 'UTC'],
    ['Start', ['2025-01-22T03:04:05Z', '2025-01-23T03:04:05.123Z'], 'UTC'],
    ['Start', ['2025-01-22 03:04:05+00'], 'UTC'],
    // Some in UTC and some not, or in UTC by the header and elsewhere by the values: only a person can tell.
    ['Start', ['2025-01-22T03:04:05Z', '2025-01-22 03:04:05'], '?'],
    ['Start', ['2025-01-22T03:04:05Z', '2025-01-22T03:04:05-05:00'], '?'],
    ['Start UTC', ['2025-01-22T03:04:05+02:00'], '?'],
    ['Start', ['2025-01-22 03:04:05', '2025-01-22'], undefined],
    ['Start', ['2025-01-22T03:04:05-05:00'], undefined],
  ])('finds in %s and %j the clock %s', async (header, starts, clock) => {
    const folder = await folderOf({ 'call_records.csv': calls(starts).replace('Start Time', header) });
    const { call_records: map } = await mapOf(engine, folder);
    expect(map).toMatchObject({ columns: { START_LOCAL: header }, dates: 'YYYY-MM-DD' });
    expect(map?.clock).toBe(clock);
  });

  it('takes of two columns the one that says nothing of UTC', async () => {
    const text =
      'CALL_ID,START_UTC,START,SITE,DIALED,RECORDED\n1,2025-01-22 08:04:05,2025-01-22 03:04:05,N1,2125550101,Y\n';
    const { call_records: map } = await mapOf(engine, await folderOf({ 'call_records.csv': text }));
    expect(map).toMatchObject({ columns: { START_LOCAL: 'START' } });
    expect(map).not.toHaveProperty('clock');
  });

  const MEMBERS = 'BAR_STATE,BAR_NO,LAST,FIRST,STATUS,FIRM,PHONE1,PHONE2,PHONE3\nNY,1,Núñez,José,Active,,,,\n';
  it.each([
    ['latin-1', Buffer.from(MEMBERS, 'latin1')],
    ['utf-16', Buffer.from(`\ufeff${MEMBERS}`, 'utf16le')],
  ])('reads a file in %s, and says that it is', async (encoding, bytes) => {
    const folder = await folderOf({ 'bar_roll.csv': bytes });
    const map = await mapOf(engine, folder);
    expect(map).toMatchObject({ bar_roll: { encoding, columns: { BAR_STATE: 'BAR_STATE', PHONE3: 'PHONE3' } } });
    const file = exportFile('bar_roll', join(folder, 'bar_roll.csv'), map.bar_roll ?? {});
    await engine.attach(file);
    expect(await engine.ask(file, 'select "LAST", "FIRST" from bar_roll')).toEqual([{ LAST: 'Núñez', FIRST: 'José' }]);
  });

  it('says how to convert a file that a map calls Latin-1 and that is none', async () => {
    const folder = await folderOf({ 'bar_roll.csv': Buffer.from(MEMBERS.replace('ñ', '\x92'), 'latin1') });
    const file = exportFile('bar_roll', join(folder, 'bar_roll.csv'), { encoding: 'latin-1' });
    const refused = await engine.attach(file).catch((error: unknown) => error);
    expect(refused).toMatchObject({ exitCode: 2, message: expect.stringMatching(/bar_roll\.csv.*Latin-1.*iconv/) });
  });

  it.each<[string, string | Buffer, RegExp]>([
    ['is empty', '', /bar_roll\.csv is empty: have it exported again, or move it out/],
    ['is in Windows-1252', Buffer.from(MEMBERS.replace('ñ', '\x92'), 'latin1'), /bar_roll\.csv is neither.*iconv/],
  ])('says what to do with a file that %s', async (_, content, told) => {
    const refused = await mapOf(engine, await folderOf({ 'bar_roll.csv': content })).catch((error: unknown) => error);
    expect(refused).toMatchObject({ exitCode: 2, message: expect.stringMatching(told) });
  });

  it('says so where two files are one table, or none is', async () => {
    const twice = await folderOf({ 'a.csv': calls(['2025-01-02']), 'b.csv': calls(['2025-01-02']) });
    await expect(mapOf(engine, twice)).rejects.toMatchObject({
      message: expect.stringMatching(/a\.csv and b\.csv .*look like call_records/),
    });
    await expect(mapOf(engine, await folderOf({ 'x.csv': 'A,B\n1,2\n' }))).rejects.toMatchObject({ exitCode: 2 });
  });
});
