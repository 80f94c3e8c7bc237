import type { Unread } from '@privity/cdr';
import type { ExportFile } from './export-folder.js';
import { type Column, type Table, TABLE_NAMES } from './tables.js';

/** Of so many the lines are told. */
export const TOLD = 100;

/**
 * As a spreadsheet counts it, the header of a CSV file being row 1. It is the line where no text before it goes over several.
 * @param row counted from 1, without the header
 */
export function rowInFile({ isParquet }: Pick<ExportFile, 'isParquet'>, row: number): number {
  return isParquet ? row : row + 1;
}

/** Values that nobody could read. Nothing is guessed for them, and none is passed over in silence. */
export class UnreadValues {
  readonly #columns = new Map<string, { table: Table; column: Column; values: number; lines: number[] }>();

  /** @param row counted from 1, without the header */
  note(file: ExportFile, column: Column, row: number): void {
    this.add(file, column, 1, [row]);
  }

  add(file: ExportFile, column: Column, values: number, rows: readonly number[]): void {
    const key = `${file.table}.${column}`;
    const entry = this.#columns.get(key) ?? { table: file.table, column, values: 0, lines: [] };
    this.#columns.set(key, entry);
    entry.values += values;
    for (const row of rows) if (entry.lines.length < TOLD) entry.lines.push(rowInFile(file, row));
  }

  list(): Unread[] {
    const rank = ({ table }: { readonly table: Table }) => TABLE_NAMES.indexOf(table);
    return [...this.#columns.values()].toSorted((a, b) => rank(a) - rank(b) || (a.column < b.column ? -1 : 1));
  }
}
