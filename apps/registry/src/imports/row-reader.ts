import type { CsvRow } from '@privity/service';
import type { BlindIndex } from '@privity/kernel';
import type { ListEntry } from './list-entries.js';
import type { RejectedLine } from '@privity/registry';

/** One thing that a row says, decided on one stream. Answers whether it was new. */
export type Statement = () => Promise<boolean>;

/** A row made out: what it says, and what of it could not be used. Rows with the same key are applied in order. */
export interface ReadRow {
  readonly key: string;
  readonly statements: readonly Statement[];
  readonly rejected: readonly RejectedLine[];
  /** Absent where it cannot be told whose line it is. */
  readonly entry?: ListEntry;
}

/** How a kind of list is read. Rows come in batches, so that keys for sealing are fetched for all at once. */
export interface RowReader<C extends string = string> {
  readonly columns: readonly C[];
  /** Scopes that a list's file speaks of even where it has no row: a list that comes empty lost everything. */
  scopesOf(list: string): readonly string[];
  read(rows: readonly CsvRow<C>[], list: string, actor: string): Promise<readonly ReadRow[]>;
}

/** What of a batch is protected already: a hint, asked for all of it at once. */
export interface SeenIndexes {
  look(indexes: readonly BlindIndex[]): Promise<void>;
  /** Of one that was looked at. */
  hasSeen(index: BlindIndex): boolean;
}

/** A row with shifted values says nothing: a guess might protect the wrong number and miss the right one. */
export function refused(line: number, field: string, reason: string): ReadRow {
  return { key: `line ${line}`, statements: [], rejected: [{ line, field, reason }] };
}
