import { resolve } from 'node:path';
import type { ExportFile } from './export-folder.js';
import { isZipped, MAX_LINE_BYTES } from './long-lines.js';

/** A text in SQL. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function named(column: string): string {
  return `"${column.replaceAll('"', '""')}"`;
}

/** SQL: the rows of a Parquet file, under its own names. */
export function parquet({ path }: Pick<ExportFile, 'path'>): string {
  return `read_parquet(${literally(path)}, ${ONLY_THE_FILE})`;
}

/**
 * SQL: the rows of a CSV file. Its columns are called by their places: names in a header may be empty, or there twice.
 * @param width how many columns
 */
export function csv(file: Pick<ExportFile, 'path' | 'delimiter' | 'encoding'>, width: number): string {
  const columns = Array.from({ length: width }, (_, place) => `${columnAt(place)}: 'VARCHAR'`).join(', ');
  const form = `header = true, delim = ${quoted(file.delimiter)}, quote = '"', escape = '"', nullstr = ''`;
  return `read_csv(${literally(file.path)}, ${form}, columns = {${columns}}, ${general(file)})`;
}

/** The name of a column of `csv`. @param place from 0 */
export function columnAt(place: number): string {
  return `column${place}`;
}

/** SQL: the lines of a text file as they are, each as `line`. */
export function plainLines(file: Pick<ExportFile, 'path' | 'encoding'>): string {
  const whole = `columns = {'line': 'VARCHAR'}, delim = '\x01', quote = '', escape = '', header = false`;
  return `read_csv(${literally(file.path)}, ${whole}, ${general(file)})`;
}

/** A folder that is called like `SITE=Q9` would become a column, in the place of the file's own. */
const ONLY_THE_FILE = 'hive_partitioning = false';

function general({ path, encoding }: Pick<ExportFile, 'path' | 'encoding'>): string {
  // DuckDB looks for the ending of a name before any question mark.
  const compression = isZipped(path) ? 'gzip' : 'auto';
  return `auto_detect = false, encoding = ${quoted(encoding)}, compression = ${quoted(compression)}, max_line_size = ${MAX_LINE_BYTES}, ${ONLY_THE_FILE}`;
}

/** DuckDB takes a path for a pattern of many: a sign in brackets is itself, and no home or protocol begins with a slash. */
function literally(path: string): string {
  return quoted(resolve(path).replace(/[*?[]/g, '[$&]'));
}
