import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseNumber, parseUncommonNumber } from './number.js';

describe('parseNumber', () => {
  it.each([
    ['2125550101'],
    ['212-555-0101'],
    ['212.555.0101'],
    ['(212) 555-0101'],
    ['(212)555-0101'],
    [' 212 555 0101 '],
    ['+12125550101'],
    ['+1 212 555 0101'],
    ['1-212-555-0101'],
    ['12125550101'],
    ['1 (212) 555-0101'],
    ['٢١٢٥٥٥٠١٠١'],
    ['212\u00a0555\u00a00101'],
  ])('reads %j', (text) => {
    expect(parseNumber(text)).toEqual({ ok: true, number: '+12125550101' });
  });

  it.each([
    ['(212)555-0101 x12', '12'],
    ['(212)555-0101 x9', '9'],
    ['212-555-0101 ext. 34', '34'],
    ['+1 212 555 0101 x 007', '007'],
  ])('keeps the extension of %j apart', (text, extension) => {
    expect(parseNumber(text)).toEqual({ ok: true, number: '+12125550101', extension });
  });

  it.each([
    ['', 'empty'],
    ['   ', 'empty'],
    ['UNKNOWN', 'not-a-number'],
    ['BLOCKED', 'not-a-number'],
    ['1-800-FLOWERS', 'not-a-number'],
    ['call 212 555 0101', 'not-a-number'],
    ['212 555 0101 or 212 555 0102', 'not-a-number'],
    ['555-0123', 'too-short'],
    ['555-0123 x5', 'too-short'],
    ['0', 'too-short'],
    ['911', 'too-short'],
    ['21255501012', 'too-long'],
    ['1'.repeat(65), 'too-long'],
    ['1125550101', 'not-assignable'],
    ['0125550101', 'not-assignable'],
    ['11125550101', 'not-assignable'],
    ['+442079460958', 'not-assignable'],
    // Ten digits once the plus is dropped: a number in Berlin, not one in New York.
    ['+49 30 123456', 'not-assignable'],
  ])('refuses %j as %s, and guesses nothing', (text, reason) => {
    expect(parseNumber(text)).toEqual({ ok: false, reason });
  });

  it('reads every clean form as libphonenumber does', () => {
    fc.assert(
      fc.property(cleanForm(), (text) => {
        expect(parseNumber(text)).toEqual(parseUncommonNumber(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('never throws, and gives nothing but ten digits of the plan', () => {
    const noise = fc.string({ unit: fc.constantFrom(...'0123456789+-. ()x;,#*\u00a0eA'), maxLength: 30 });
    fc.assert(
      fc.property(fc.oneof(noise, fc.string({ unit: 'binary' })), (text) => {
        const parsed = parseNumber(text);
        expect(parsed).toEqual(parseUncommonNumber(text));
        if (parsed.ok) expect(parsed.number).toMatch(/^\+1[2-9]\d{9}$/);
      }),
      { numRuns: 2000 },
    );
  });

  it('gives one number for all spellings of one number', () => {
    fc.assert(
      fc.property(tenDigits(), (digits) => {
        const [a, b, c] = [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6)];
        const spellings = [
          digits,
          `+1${digits}`,
          `(${a}) ${b}-${c}`,
          `${a}.${b}.${c}`,
          `1-${a}-${b}-${c}`,
          `${a}-${b}-${c} x7`,
        ];
        const numbers = spellings.map((text) => parseNumber(text)).map((parsed) => parsed.ok && parsed.number);
        expect(new Set(numbers)).toEqual(new Set([`+1${digits}`]));
      }),
    );
  });

  it('agrees with an independent reading of every number in the sample export', () => {
    const texts = sampleNumbers();
    expect(texts.size).toBeGreaterThan(1000);
    for (const text of texts) {
      const parsed = parseNumber(text);
      expect([text, parsed.ok ? parsed.number.slice(2) : null]).toEqual([text, independentReading(text)]);
    }
  });
});

function tenDigits(): fc.Arbitrary<string> {
  return fc.stringMatching(/^[2-9]\d{9}$/);
}

function cleanForm(): fc.Arbitrary<string> {
  const separator = fc.constantFrom('', ' ', '.', '-');
  return fc
    .tuple(tenDigits(), fc.constantFrom('', '1', '+1', '1-', '+1 ', '1.'), separator, separator, fc.boolean())
    .map(([digits, prefix, first, second, brackets]) => {
      const area = brackets ? `(${digits.slice(0, 3)})${first === ' ' ? ' ' : ''}` : digits.slice(0, 3) + first;
      return `${prefix}${area}${digits.slice(3, 6)}${second}${digits.slice(6)}`;
    });
}

/** The rule of the export's own notes: drop an extension, then ten digits that do not begin with 0 or 1. */
function independentReading(text: string): string | null {
  let digits = text
    .trim()
    .replace(/x\s*\d+$/, '')
    .replace(/\D/g, '');
  if (digits.length === 11 && digits.startsWith('1')) digits = digits.slice(1);
  return /^[2-9]\d{9}$/.test(digits) ? digits : null;
}

/** Every cell that could be a telephone number: cheap, and independent of the columns. */
function sampleNumbers(): Set<string> {
  const root = join(import.meta.dirname, '../../..');
  const folders = [join(root, 'samples/legacy-export'), join(root, '../shared/data/legacy-export')];
  const folder = folders.find((candidate) => existsSync(candidate));
  if (folder === undefined) throw new Error('the sample export is missing: samples/legacy-export');
  const columns = {
    'bar_roll.csv': /^PHONE/,
    'do_not_record.csv': /^PHONE/,
    'allowed_numbers.csv': /^PHONE/,
    'call_records.csv': /^DIALED/,
  };
  const texts = new Set<string>();
  for (const [file, column] of Object.entries(columns)) {
    const [header = '', ...lines] = readFileSync(join(folder, file), 'utf8')
      .replace(/^\ufeff/, '')
      .split(/\r?\n/);
    const wanted = header.split(',').map((name) => column.test(name));
    for (const line of lines.filter((text) => text !== ''))
      cells(line).forEach((cell, i) => wanted[i] && texts.add(cell));
  }
  return texts;
}

function cells(line: string): string[] {
  return (line.match(/("([^"]|"")*"|[^,]*)(,|$)/g) ?? []).map((cell) => cell.replace(/,$/, '').replace(/^"|"$/g, ''));
}
