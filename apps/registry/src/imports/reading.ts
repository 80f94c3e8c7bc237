import type { BlindIndex } from '@privity/kernel';
import type { CsvEncoding, LogFields, ProblemDetails } from '@privity/service';
import type { ImportKind } from '../read-models/import-report.entity.js';
import type { CountedEntries } from './entry-count.js';
import type { TallyFigures } from './tally.js';

/** A received file, and on whose word it is read. */
export interface ListToRead {
  readonly kind: ImportKind;
  readonly path: string;
  /** Its name. */
  readonly list: string;
  readonly actor: string;
  /** Of its import: tells its entries from those of other files. */
  readonly turn: string;
}

/** A list read to its end; all that it says is in effect. */
export interface ReadList {
  readonly figures: TallyFigures;
  /** Of the list, that this file speaks of. */
  readonly scopes: readonly string[];
  readonly counted: CountedEntries;
}

/** What whoever reads a list has to ask and to tell. An answer that fails ends the reading. */
export interface ReadingHost {
  /** For each whether it is protected as far as was last read: a hint. */
  hasSeen(indexes: readonly BlindIndex[]): Promise<readonly boolean[]>;
  /** The file is readable to its end; nothing was applied yet. */
  checked(encoding: CsvEncoding): Promise<void>;
  /** After each batch. */
  progress(figures: TallyFigures): Promise<void>;
}

/** From the thread that reads. */
export type FromThread =
  | { readonly n: number; readonly ask: keyof ReadingHost; readonly about: unknown }
  | { readonly read: ReadList }
  | { readonly failed: ProblemDetails; readonly facts: LogFields };

/** The answer to the thread's n-th question. */
export type Answer = { readonly n: number; readonly answer: unknown } | { readonly n: number; readonly refused: true };

/** To the thread: a list to be read, an answer, or that no list comes any more. */
export type ToThread = { readonly list: ListToRead } | { readonly end: true } | Answer;
