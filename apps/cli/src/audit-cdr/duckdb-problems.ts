import { isNativeError } from 'node:util/types';
import { WrongUse } from '../failures.js';
import type { ExportFile } from './export-folder.js';

/** From the encoding that is taken for Latin-1 most often. */
export const CONVERSION = 'iconv -f WINDOWS-1252 -t UTF-8';

/** What DuckDB says of files, in a line; where it says `undefined` here, its own words will do. */
const PROBLEMS: readonly (readonly [RegExp, string?])[] = [
  [/Expected Number of Columns: \d+ Found: \d+/],
  [
    /Invalid unicode|not utf-8|is not valid UTF/i,
    'this is not in the encoding that it is read in (UTF-8, unless --map says otherwise)',
  ],
  [/File is not latin-1 encoded/, `this is no Latin-1, but Windows-1252, perhaps: convert it (${CONVERSION})`],
  [/Value with unterminated quote found/],
  [/Maximum line size of \d+ bytes exceeded/],
  [/not a GZIP stream/],
  [/No magic bytes/, 'this is no Parquet file'],
  [/reached an invalid state/, 'some line ends unlike the others, or a quote stands inside a field'],
];

/** What to tell a person of an error that DuckDB had with a file; the error itself where it is no fault of the file. */
export function asProblem({ path }: Pick<ExportFile, 'path'>, error: unknown): unknown {
  if (!isNativeError(error)) return error;
  for (const [form, words] of PROBLEMS) {
    const [said] = form.exec(error.message) ?? [];
    if (said === undefined) continue;
    // What it calls a line is a row: a text in quotes may go over several lines.
    const [, row] = /CSV Error on Line: (\d+)/.exec(error.message) ?? [];
    return new WrongUse(`${path}${row === undefined ? '' : `, row ${row}`}: ${words ?? said}.`);
  }
  const [, what] = /^(?:Invalid Input|IO|Conversion|Invalid) Error: (.*)/.exec(error.message) ?? [];
  return what === undefined ? error : new WrongUse(`${path}: ${what}`);
}
