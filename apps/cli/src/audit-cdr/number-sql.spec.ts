import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseNumber } from '@privity/kernel';
import { Engine } from './engine.js';
import { commonNumber, digitsOf, isCommon, tenDigits } from './number-sql.js';

const byKernel = (text: string) => {
  const parsed = parseNumber(text);
  return parsed.ok ? parsed.number.slice(2) : undefined;
};

describe('a number in SQL', () => {
  let folder: string;
  let engine: Engine;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'privity-number-'));
    engine = await Engine.open(folder);
  });
  afterAll(async () => {
    engine.close();
    await rm(folder, { recursive: true });
  });
  const inSql = async (texts: readonly string[]): Promise<(string | undefined)[]> => {
    const list = JSON.stringify(texts);
    const number = commonNumber('text');
    const rows = await engine.connection.runAndReadAll(
      `select if(${isCommon(number, 'text')}, ${number}, null), text from (select unnest(from_json($1, '["VARCHAR"]')) as text)`,
      [list],
    );
    return rows
      .getRowsJson()
      .map(([number, text]) => (number === null ? tenDigits(String(text)) : digitsOf(String(number))));
  };

  it('is what the kernel reads, for every kind of dirt', async () => {
    const digits = fc.stringMatching(/^[2-9]\d{9}$/);
    const separator = fc.constantFrom('', ' ', '.', '-', '--', '/');
    const prefix = fc.constantFrom('', '1', '+1', '1-', '+1 ', '001', '+44 ', ' ', '  1 ', '\u0001', '+', '\t');
    const tail = fc.constantFrom(
      '',
      '',
      ' ',
      '  ',
      ' x12',
      ' x1234',
      ' x12345',
      '  x1',
      'x1',
      ' x1 ',
      ' ext. 3',
      '0',
      '#',
      '\u00a0',
      '\n',
    );
    const written = fc
      .tuple(prefix, digits, separator, separator, fc.boolean(), tail)
      .map(([before, ten, a, b, brackets, after]) => {
        const area = brackets ? `(${ten.slice(0, 3)})` : ten.slice(0, 3);
        return `${before}${area}${a}${ten.slice(3, 6)}${b}${ten.slice(6)}${after}`;
      });
    const noise = fc.string({ unit: fc.constantFrom(...'0123456789+-. ()x;,#*\u00a0٢eA\n'), maxLength: 24 });
    const words = fc.constantFrom(
      '',
      'UNKNOWN',
      '5550123',
      '911',
      '1-800-FLOWERS',
      '0',
      '2125550101\n',
      '\t2125550101',
      '\u00012125550101',
    );
    const texts = fc.array(fc.oneof(written, noise, words), { minLength: 200, maxLength: 400 });
    await fc.assert(
      fc.asyncProperty(texts, async (some) => {
        expect(await inSql(some)).toEqual(some.map(byKernel));
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});
