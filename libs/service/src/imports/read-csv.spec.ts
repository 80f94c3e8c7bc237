import { Readable } from 'node:stream';

import { describe, expect, it } from '@jest/globals';

import { readCsv } from './read-csv.js';

/** In chunks of a few bytes, so that characters, quotes and line ends are cut everywhere. */
function inPieces(content: string | Buffer, size = 3): Readable {
  const bytes = Buffer.from(content);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return Readable.from(pieces);
}

async function readAll(input: Readable): Promise<void> {
  const rows = readCsv(input, { columns: ['name'] });
  for (let next = await rows.next(); next.done !== true; next = await rows.next());
}

async function rowsOf(content: string | Buffer, columns: readonly string[] = ['name', 'phone']) {
  const rows = [];
  for await (const row of readCsv(inPieces(content), { columns })) rows.push(row);
  return rows;
}

describe('readCsv', () => {
  it('reads a BOM, CRLF, quotes, columns in any order, and keeps values untrimmed', async () => {
    const rows = await rowsOf('\ufeffphone,extra,name\r\n2125550101,x," Ünal, ""M"" "\r\n2125550102,y,Ba\r\n');
    expect(rows).toEqual([
      { line: 2, values: { name: ' Ünal, "M" ', phone: '2125550101' } },
      { line: 3, values: { name: 'Ba', phone: '2125550102' } },
    ]);
  });

  it('counts the line on which a record begins, across empty lines and line breaks in quotes', async () => {
    const rows = await rowsOf('name,phone\n\nA,1\n"B\nb\r\nbb",2\n\n\nC,3');
    expect(rows.map(({ line, values }) => [line, values['phone']])).toEqual([
      [3, '1'],
      [4, '2'],
      [9, '3'],
    ]);
  });

  it('marks a record with too few or too many fields instead of shifting it', async () => {
    const rows = await rowsOf('name,phone\nA\nB,2,3\nC,4\n');
    expect(rows.map(({ line, malformed }) => [line, malformed])).toEqual([
      [2, 'field-count'],
      [3, 'field-count'],
      [4, undefined],
    ]);
  });

  it.each([
    [';', 'semicolons'],
    ['\t', 'tabs'],
    ['|', 'vertical bars'],
  ])('says so when fields are separated by %j', async (sign, words) => {
    await expect(rowsOf(['name', 'phone'].join(sign) + `\nA${sign}1\n`)).rejects.toMatchObject({
      code: 'csv-delimiter',
      line: 1,
      message: `The file has ${words} between its fields. Save it with commas.`,
    });
  });

  it('reads text of old Windows programs where it is told that it is', async () => {
    const rows = [];
    const input = inPieces(Buffer.from('name,phone\nJos\xe9 \x96 \x80,1\n', 'latin1'));
    for await (const row of readCsv(input, { columns: ['name', 'phone'], encoding: 'windows-1252' })) rows.push(row);
    expect(rows).toEqual([{ line: 2, values: { name: 'José – €', phone: '1' } }]);
  });

  it('names the column that is missing', async () => {
    await expect(rowsOf('name,telephone\nA,1\n')).rejects.toMatchObject({
      code: 'csv-column-missing',
      field: 'phone',
      line: 1,
    });
  });

  it('names the line of a broken quote and repeats nothing of it', async () => {
    const broken = rowsOf('name,phone\nA,1\n"B" secret,2\n');
    await expect(broken).rejects.toMatchObject({ code: 'csv-broken-quote', line: 3 });
    await expect(rowsOf('name,phone\nA,1\n"B,2\nC,3\n')).rejects.toMatchObject({ code: 'csv-broken-quote' });
    await broken.catch((error: Error) => expect(error.message).not.toContain('secret'));
  });

  it('names the line that is not UTF-8, wherever the chunks are cut', async () => {
    const content = Buffer.concat([
      Buffer.from('name,phone\nÜ€😀,1\nB,2\nC'),
      Buffer.of(0xe4),
      Buffer.from(',3\nD,4\n'),
    ]);
    for (const size of [1, 2, 3, 7, 1000]) {
      await expect(readAll(inPieces(content, size))).rejects.toMatchObject({ code: 'csv-not-utf8', line: 4 });
    }
    await expect(rowsOf('name,phone\nA\0,1\n')).rejects.toMatchObject({ code: 'csv-not-utf8', line: 2 });
    await expect(rowsOf(Buffer.concat([Buffer.from('name,phone\nA,1'), Buffer.of(0xe2, 0x82)]))).rejects.toMatchObject({
      code: 'csv-not-utf8',
      line: 2,
    });
  });

  it('refuses a file without a header', async () => {
    await expect(rowsOf('')).rejects.toMatchObject({ code: 'csv-empty' });
  });

  it('reads no further than it is consumed, and lets go of the source when abandoned', async () => {
    let produced = 0;
    const source = Readable.from(
      (function* () {
        yield Buffer.from('name,phone\n');
        for (; produced < 100_000; produced += 1) yield Buffer.from(`A${'x'.repeat(1000)},1\n`);
      })(),
      { highWaterMark: 1 },
    );
    for await (const row of readCsv(source, { columns: ['name'] })) {
      if (row.line === 50) break;
    }
    expect(produced).toBeLessThan(5_000);
    expect(source.destroyed).toBe(true);
  });

  it('passes on why the source broke off', async () => {
    const source = new Readable({
      read() {
        this.destroy(new Error('upload broke off'));
      },
    });
    await expect(readAll(source)).rejects.toThrow('upload broke off');
  });
});
