import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Engine } from './engine.js';
import { exportFile } from './export-folder.js';
import type { TableMap } from './export-map.js';
import { fieldsOf } from './header-line.js';
import { quoted } from './file-sql.js';

let root: string;
let engine: Engine;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'privity-engine-'));
  engine = await Engine.open(join(root, 'spill'));
});
afterAll(async () => {
  engine.close();
  await rm(root, { recursive: true });
});

const FACILITIES = 'SITE,NAME,TIMEZONE\r\nN1,North,America/New_York\r\n';
const NORTH = [{ SITE: 'N1', NAME: 'North', TIMEZONE: 'America/New_York' }];

async function rowsOf(path: string, map: TableMap = {}) {
  const file = exportFile('facilities', path, map);
  await engine.attach(file);
  return engine.ask(file, 'from facilities');
}

describe("a file's path", () => {
  const FORMS = {
    csv: (path: string) => writeFile(path, FACILITIES),
    'csv.gz': (path: string) => writeFile(path, gzipSync(FACILITIES)),
    parquet: (path: string) =>
      engine.connection.run(
        `copy (select 'N1' as "SITE", 'North' as "NAME", 'America/New_York' as "TIMEZONE") to ${quoted(path)} (format parquet)`,
      ),
  };

  it.each([
    ...['x*y', 'x?y', 'x[ab]y', 'x[!b]y', 'x[y', 'x]y', '**', '~', "it's"],
    // What others take for a column of every row.
    ...['SITE=Q9', 'NAME=South/TIMEZONE=UTC'],
  ])('is taken as it is: %s', async (folder) => {
    for (const other of ['xay', 'x-y', 'xy'])
      await mkdir(join(root, other), { recursive: true }).then(() =>
        writeFile(join(root, other, 'facilities.csv'), FACILITIES.replace('North', 'Other')),
      );
    await mkdir(join(root, folder), { recursive: true });
    for (const [ending, write] of Object.entries(FORMS)) {
      const path = join(root, folder, `facilities.${ending}`);
      await write(path);
      expect(await rowsOf(path)).toEqual(NORTH);
    }
  });
});

describe('a header', () => {
  it.each<[string, string, readonly string[]]>([
    ['SITE,NAME', ',', ['SITE', 'NAME']],
    [',SITE,NAME', ',', ['', 'SITE', 'NAME']],
    ['SITE,,NAME,', ',', ['SITE', '', 'NAME', '']],
    ['SITE\tNAME\t', '\t', ['SITE', 'NAME', '']],
    ['"SITE, new";"the ""NAME"""; "TZ', ';', ['SITE, new', 'the "NAME"', '"TZ']],
    ['a^b^"c^d"', '^', ['a', 'b', 'c^d']],
    ['"a"b,c, "d" ', ',', ['"a"b', 'c', 'd']],
    ['', ',', ['']],
  ])('%j has its names in their places', (line, delimiter, names) => {
    expect(fieldsOf(line, delimiter)).toEqual(names);
  });

  it.each<[string, string, TableMap]>([
    ['an empty name first', ',SITE,NAME,TIMEZONE\n1,N1,North,America/New_York\n', {}],
    ['an empty name last', 'SITE,NAME,TIMEZONE,\nN1,North,America/New_York,\n', {}],
    [
      'no name at its ends, and tabs',
      '\tSITE\tNAME\tTIMEZONE\t\n1\tN1\tNorth\tAmerica/New_York\t\n',
      { delimiter: '\t' },
    ],
    ['two names alike that nobody asks for', 'X,SITE,x,X,NAME,TIMEZONE\n1,N1,2,3,North,America/New_York\n', {}],
  ])('may have %s', async (_, text, map) => {
    const path = join(root, 'header.csv');
    await writeFile(path, text);
    expect(await rowsOf(path, map)).toEqual(NORTH);
  });

  it.each<[string, string, RegExp]>([
    [
      'a name twice',
      'SITE,NAME,TIMEZONE,NAME\nN1,North,America/New_York,N\n',
      /header\.csv has more than one column NAME/,
    ],
    ['a name less', 'NAME,TIMEZONE,\nNorth,America/New_York,\n', /header\.csv has no column SITE/],
    [
      'more fields than its lines',
      'SITE,NAME,TIMEZONE,\nN1,North,America/New_York\n',
      /header\.csv, row 2: Expected.*4 Found: 3/,
    ],
    [
      'a row too short behind one of three lines',
      `${FACILITIES}N2,"a\r\n\r\nb",UTC\r\nN3\r\n`,
      /header\.csv, row 4: Expected/,
    ],
    ['nothing', '\r\n', /header\.csv is empty: have it exported again/],
  ])('that has %s is refused with the name of the file', async (_, text, told) => {
    const path = join(root, 'header.csv');
    await writeFile(path, text);
    const refused = await rowsOf(path).catch((error: unknown) => error);
    expect(refused).toMatchObject({ exitCode: 2, message: expect.stringMatching(told) });
  });
});
