import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { WrongUse } from '../failures.js';
import { asProblem } from './duckdb-problems.js';
import type { ExportFile } from './export-folder.js';
import { columnAt, csv, named, parquet, plainLines } from './file-sql.js';
import { fieldsOf } from './header-line.js';
import { refuseLongLines } from './long-lines.js';
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
    // A Parquet file's instants are written out with their offset: the same one on every machine.
    await connection.run(`set TimeZone = 'UTC'`);
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
    const header = await this.header(file);
    const wanted = [...file.columns.values()].filter((theirs) => theirs !== undefined);
    const missing = wanted.filter((theirs) => !header.includes(theirs));
    if (missing.length > 0) throw new WrongUse(`${file.path} has no column ${missing.join(', ')}.`);
    const twice = wanted.filter((theirs) => header.indexOf(theirs) !== header.lastIndexOf(theirs));
    if (twice.length > 0) throw new WrongUse(`${file.path} has more than one column ${twice.join(', ')}: rename one.`);
    const [source, nameThere] = file.isParquet
      ? [parquet(file), (theirs: string) => theirs]
      : [csv(file, header.length), (theirs: string) => columnAt(header.indexOf(theirs))];
    const columns = [...file.columns].map(
      ([ours, theirs]) => `${theirs === undefined ? 'null' : named(nameThere(theirs))}::varchar as ${named(ours)}`,
    );
    await this.ask(file, `create or replace view ${file.table} as select ${columns.join(', ')} from ${source}`);
  }

  /** Names of columns. Nothing is sniffed: a guess at columns or separators reads another export than the one there. */
  async header(file: Pick<ExportFile, 'path' | 'isParquet' | 'delimiter' | 'encoding'>): Promise<readonly string[]> {
    if (file.isParquet)
      return (await this.ask(file, `describe from ${parquet(file)}`)).map((row) => row['column_name'] ?? '');
    const line = await this.firstLine(file);
    return fieldsOf(line, file.delimiter);
  }

  /** @throws WrongUse where there is none */
  async firstLine(file: Pick<ExportFile, 'path' | 'encoding'>): Promise<string> {
    const [first] = await this.ask(file, `from ${plainLines(file)} limit 1`);
    const line = (first?.['line'] ?? '').replace(/^\ufeff/, '').replace(/[\r\n]+$/, '');
    if (line.trim() === '')
      throw new WrongUse(`${file.path} is empty: have it exported again, or move it out of the folder.`);
    return line;
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

  /** @throws WrongUse with file and row where the file is not what it should be */
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
