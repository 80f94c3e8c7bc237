import { pipeline, type Readable } from 'node:stream';

import { CsvError as ParserError, parse } from 'csv-parse';

import { CsvError } from './csv-error.js';
import { Utf8Lines } from './utf8-lines.js';
import { Windows1252 } from './windows-1252.js';

/** One record. `line` is the line it begins on, the header being line 1. */
export interface CsvRow<C extends string> {
  readonly line: number;
  /** Present for each of the columns asked for; other columns of the file are left out. */
  readonly values: Readonly<Record<C, string>>;
  /** The record has more or fewer fields than the header: reject it, its values may be shifted. */
  readonly malformed?: 'field-count';
}

interface ParsedRecord {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

const RECORD_LIMIT_BYTES = 1024 * 1024;

/** How the bytes of a file stand for text. */
export type CsvEncoding = 'utf-8' | 'windows-1252';

const DELIMITERS: readonly (readonly [string, string])[] = [
  [';', 'semicolons'],
  ['\t', 'tabs'],
  ['|', 'vertical bars'],
];

/**
 * Reads a CSV file record by record, as slowly as it is consumed: BOM, CRLF and quoted fields as RFC 4180 has them,
 * empty lines skipped, values as they stand (untrimmed).
 * @param options.encoding UTF-8 unless given
 * @throws CsvError a column asked for is missing (`field`), a quote is broken or the text is no UTF-8 (`line`).
 */
export async function* readCsv<C extends string>(
  input: Readable,
  options: { readonly columns: readonly C[]; readonly encoding?: CsvEncoding },
): AsyncGenerator<CsvRow<C>, void, undefined> {
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: RECORD_LIMIT_BYTES,
    record_delimiter: ['\r\n', '\n', '\r'],
  });
  let failure: unknown;
  const decoding = options.encoding === 'windows-1252' ? [new Windows1252()] : [];
  pipeline([input, ...decoding, new Utf8Lines(), parser], (error) => {
    failure = error ?? undefined;
  });

  let header: { readonly width: number; readonly places: readonly (readonly [C, number])[] } | undefined;
  let overcounted = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<ParsedRecord>) {
      const breaks = lineBreaksWithin(record);
      overcounted += breaks.crlf;
      const line = info.lines - breaks.lines - overcounted;
      if (header === undefined) {
        header = { width: record.length, places: findColumns(record, options.columns, line) };
        continue;
      }
      yield readRow(record, header, line);
    }
  } catch (error) {
    throw readable(failure ?? error, overcounted);
  } finally {
    input.destroy();
  }
  if (header === undefined) throw new CsvError('csv-empty', 'The file has no header line.', { line: 1 });
}

function findColumns<C extends string>(header: readonly string[], columns: readonly C[], line: number): [C, number][] {
  const names = header.map((name) => name.trim());
  return columns.map((column) => {
    const place = names.indexOf(column);
    if (place === -1) {
      const separated = DELIMITERS.find(([sign]) => names.length === 1 && names[0]?.split(sign).includes(column));
      if (separated !== undefined) {
        throw new CsvError('csv-delimiter', `The file has ${separated[1]} between its fields. Save it with commas.`, {
          line,
        });
      }
      throw new CsvError('csv-column-missing', `The file has no column "${column}".`, { field: column, line });
    }
    return [column, place];
  });
}

function readRow<C extends string>(
  record: readonly string[],
  header: { readonly width: number; readonly places: readonly (readonly [C, number])[] },
  line: number,
): CsvRow<C> {
  const values = {} as Record<C, string>;
  for (const [column, place] of header.places) values[column] = record[place] ?? '';
  return record.length === header.width ? { line, values } : { line, values, malformed: 'field-count' };
}

/** The parser counts a record's last line, and inside quotes it counts a CRLF as two lines. */
function lineBreaksWithin(record: readonly string[]): { readonly lines: number; readonly crlf: number } {
  let lines = 0;
  let crlf = 0;
  for (const field of record) {
    if (!field.includes('\n') && !field.includes('\r')) continue;
    for (const [lineBreak] of field.matchAll(/\r\n|\n|\r/g)) {
      lines += 1;
      if (lineBreak.length === 2) crlf += 1;
    }
  }
  return { lines, crlf };
}

function readable(error: unknown, overcounted: number): unknown {
  if (!(error instanceof ParserError)) return error;
  const line = typeof error['lines'] === 'number' ? error['lines'] - overcounted : undefined;
  const place = line === undefined ? {} : { line };
  // The parser's own message quotes the data, so it goes no further than this.
  if (/QUOTE/.test(error.code)) return new CsvError('csv-broken-quote', 'A quoted field is broken.', place);
  if (error.code === 'CSV_MAX_RECORD_SIZE') {
    return new CsvError('csv-record-too-long', 'A record is longer than one mebibyte.', place);
  }
  return new CsvError('csv-unreadable', 'The file is not a CSV file.', place);
}
