import { isNativeError } from 'node:util/types';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { WrongUse } from '../failures.js';
import type { ExportFile } from './export-folder.js';
import { MAX_LINE_BYTES, refuseLongLines } from './long-lines.js';
import type { Column, Table } from './tables.js';

const MEMORY = '2GB';

export type Row<T extends Table> = Readonly<Record<Column<T>, string | null>>;

/** DuckDB in this process, over the files where they lie. What does not fit into memory goes to a temporary folder. */
export class Engine {
  private constructor(
    private readonly instance: DuckDBInstance,
    readonly connection: DuckDBConnection,
  ) {}

  static async open(tempFolder: string): Promise<Engine> {
    const instance = await DuckDBInstance.create(':memory:', { temp_directory: tempFolder, memory_limit: MEMORY });
    const connection = await instance.connect();
    // Only so that it can be asked how far it is; it prints nothing.
    await connection.run('set enable_progress_bar = true');
    await connection.run('set enable_progress_bar_print = false');
    return new Engine(instance, connection);
  }

  close(): void {
    this.connection.closeSync();
    this.instance.closeSync();
  }

  /** How much of what it was last asked is done, of a hundred; undefined: it cannot tell. */
  get percentage(): number | undefined {
    const { percentage } = this.connection.progress;
    return percentage >= 0 ? percentage : undefined;
  }

  /** Makes the file's table a view of texts, under our names. @throws WrongUse naming the column that is missing */
  async attach(file: ExportFile): Promise<void> {
    if (!file.isParquet) await refuseLongLines(file.path);
    const header = file.isParquet ? undefined : await this.header(file);
    const source = header === undefined ? `read_parquet(${quoted(file.path)})` : csv(file, header);
    const has = new Set(header ?? (await this.ask(file, `describe from ${source}`)).map((row) => row['column_name']));
    const missing = [...file.columns.values()].filter((theirs) => theirs !== undefined && !has.has(theirs));
    if (missing.length > 0) throw new WrongUse(`${file.path} has no column ${missing.join(', ')}.`);
    const columns = [...file.columns].map(
      ([ours, theirs]) => `${theirs === undefined ? 'null' : named(theirs)}::varchar as ${named(ours)}`,
    );
    await this.ask(file, `create or replace view ${file.table} as select ${columns.join(', ')} from ${source}`);
  }

  /** Names in the first line. Nothing is sniffed: a guess at columns or separators reads another export than the one there. */
  async header(file: Pick<ExportFile, 'path' | 'delimiter' | 'encoding'>): Promise<readonly string[]> {
    const whole = `columns = {'line': 'VARCHAR'}, delim = '\x01', quote = '', escape = '', header = false`;
    const [first] = await this.ask(file, `from read_csv(${quoted(file.path)}, ${whole}, ${general(file)}) limit 1`);
    const names = (first?.['line'] ?? '').replace(/^\ufeff/, '').trim();
    if (names === '') throw new WrongUse(`${file.path} is empty.`);
    const end = file.delimiter.replace(/[\\\]^]/, String.raw`\$&`);
    const field = new RegExp(String.raw`(?:^|[${end}])(?:"((?:[^"]|"")*)"|([^${end}]*))`, 'g');
    return [...names.matchAll(field)].map(([, inQuotes, plain]) =>
      (inQuotes?.replaceAll('""', '"') ?? plain ?? '').trim(),
    );
  }

  /** Enters texts as a table of one column, `value`, each once. */
  async enter(table: string, texts: Iterable<string>): Promise<void> {
    await this.connection.run(`create temp table ${table} (value varchar)`);
    const appender = await this.connection.createAppender(table);
    for (const text of new Set(texts)) {
      appender.appendVarchar(text);
      appender.endRow();
    }
    appender.closeSync();
  }

  /** @throws WrongUse with file and line where the file is not what it should be */
  async ask(file: Pick<ExportFile, 'path'>, sql: string): Promise<Record<string, string | null>[]> {
    try {
      const read = await this.connection.runAndReadAll(sql);
      return read.getRowObjectsJson() as Record<string, string | null>[];
    } catch (error) {
      throw asProblem(file, error);
    }
  }

  /** In chunks, so that a long answer is never in memory as a whole; in the order of the file. */
  async *rows(file: ExportFile, sql: string): AsyncGenerator<readonly Record<string, string | null>[]> {
    try {
      const result = await this.connection.stream(sql);
      for await (const chunk of result.yieldRowObjectJson()) yield chunk as Record<string, string | null>[];
    } catch (error) {
      throw asProblem(file, error);
    }
  }
}

function csv(file: ExportFile, header: readonly string[]): string {
  const columns = header.map((name) => `${quoted(name)}: 'VARCHAR'`).join(', ');
  const form = `header = true, delim = ${quoted(file.delimiter)}, quote = '"', escape = '"', nullstr = ''`;
  return `read_csv(${quoted(file.path)}, ${form}, columns = {${columns}}, ${general(file)})`;
}

function general({ encoding }: Pick<ExportFile, 'encoding'>): string {
  return `auto_detect = false, encoding = ${quoted(encoding)}, max_line_size = ${MAX_LINE_BYTES}`;
}

/** A text in SQL. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function named(column: string): string {
  return `"${column.replaceAll('"', '""')}"`;
}

/** What DuckDB says of files, in a line; where it says `undefined` here, its own words will do. */
const PROBLEMS: readonly (readonly [RegExp, string?])[] = [
  [/Expected Number of Columns: \d+ Found: \d+/],
  [
    /Invalid unicode|not utf-8|is not valid UTF/i,
    'this is not in the encoding that it is read in (UTF-8, unless --map says otherwise)',
  ],
  [/Value with unterminated quote found/],
  [/Maximum line size of \d+ bytes exceeded/],
  [/not a GZIP stream/],
  [/No magic bytes/, 'this is no Parquet file'],
  [/reached an invalid state/, 'some line ends unlike the others, or a quote stands inside a field'],
];

function asProblem({ path }: Pick<ExportFile, 'path'>, error: unknown): unknown {
  if (!isNativeError(error)) return error;
  for (const [form, words] of PROBLEMS) {
    const [said] = form.exec(error.message) ?? [];
    if (said === undefined) continue;
    const [, line] = /CSV Error on Line: (\d+)/.exec(error.message) ?? [];
    return new WrongUse(`${path}${line === undefined ? '' : `, line ${line}`}: ${words ?? said}.`);
  }
  const [, what] = /^(?:Invalid Input|IO|Conversion|Invalid) Error: (.*)/.exec(error.message) ?? [];
  return what === undefined ? error : new WrongUse(`${path}: ${what}`);
}
