import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DateForm } from '@privity/cdr';
import { WrongUse } from '../failures.js';
import type { ExportMap, TableMap } from './export-map.js';
import { type Column, type Table, TABLE_NAMES, TABLES } from './tables.js';

const ENDINGS = ['.csv', '.csv.gz', '.parquet'] as const;

export interface ExportFile {
  readonly table: Table;
  readonly path: string;
  readonly isParquet: boolean;
  readonly delimiter: string;
  readonly encoding: string;
  /** Our columns and theirs; undefined: they have none. */
  readonly columns: ReadonlyMap<Column, string | undefined>;
  readonly dates: DateForm;
  readonly clock: string;
  /** In capitals. */
  readonly yes: readonly string[];
  readonly active: readonly string[];
}
export type ExportFiles = ReadonlyMap<Table, ExportFile>;

/** The files of an export by their names. @throws WrongUse naming the folder, or the file that is missing or there twice */
export async function filesOf(folder: string, map: ExportMap = {}): Promise<ExportFiles> {
  const names = new Set(await namesIn(folder));
  const found = new Map<Table, ExportFile>();
  for (const table of TABLE_NAMES) {
    const own = map[table] ?? {};
    if (own.file !== undefined && !names.has(own.file)) throw new WrongUse(`${folder} has no ${own.file}.`);
    const there =
      own.file === undefined ? ENDINGS.map((end) => table + end).filter((name) => names.has(name)) : [own.file];
    if (there.length > 1) throw new WrongUse(`${folder} has ${there.join(' and ')}: keep one.`);
    const [name] = there;
    if (name !== undefined) found.set(table, exportFile(table, join(folder, name), own));
  }
  if (!found.has('call_records'))
    throw new WrongUse(`${folder} has no ${namesOf('call_records')}: there are no calls.`);
  if (!found.has('bar_roll') && !found.has('do_not_record'))
    throw new WrongUse(
      `${folder} has no ${namesOf('bar_roll')} and no ${namesOf('do_not_record')}: there is nothing to compare with.`,
    );
  return found;
}

export async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new WrongUse(`${folder} cannot be read as a folder (${error.code ?? error.message}).`);
  });
}

export function exportFile(table: Table, path: string, map: TableMap): ExportFile {
  const { delimiter = ',', encoding = 'utf-8', columns = {}, dates = 'MM/DD/YYYY', clock = 'site' } = map;
  const { yes = ['Y'], active = ['ACTIVE'] } = map;
  const theirs = TABLES[table].map((column): [Column, string | undefined] => {
    const name = columns[column];
    return [column, name === null ? undefined : (name ?? column)];
  });
  const capitals = (words: readonly string[]) => words.map((word) => word.trim().toUpperCase());
  return {
    ...{ table, path, isParquet: /\.parquet$/i.test(path), delimiter, encoding, columns: new Map(theirs) },
    ...{ dates, clock, yes: capitals(yes), active: capitals(active) },
  };
}

/** Tables and columns that an export has not. */
export function missingFrom(files: ExportFiles): string[] {
  return TABLE_NAMES.flatMap((table) => {
    const file = files.get(table);
    if (file === undefined) return [table];
    return [...file.columns].flatMap(([column, theirs]) => (theirs === undefined ? [`${table}.${column}`] : []));
  });
}

const namesOf = (table: Table) => ENDINGS.map((end) => table + end).join(', ');
