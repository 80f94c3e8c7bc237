import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readMap } from './export-map.js';

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
