import type { DomainEvent } from '@privity/kernel';

/** A line of an imported file that could not be used, and why. `line` counts from 1, the header included. */
export interface RejectedLine {
  readonly line: number;
  readonly field: string;
  readonly reason: string;
}

/** How a list, or a part of one that stands for itself, compares with what it held before. */
export interface ListLosses {
  /** The list's name; of a bar roll with the state, `bar-roll:ME`: a file of one state says nothing of another's members. */
  readonly scope: string;
  /** Entries that stood before this file. */
  readonly entries: number;
  /** Of these, entries that this file does not have. */
  readonly departed: number;
  /** Entries that earlier files of the last thirty days no longer had. */
  readonly departedBefore: number;
}

/** A do-not-record list beside all that was protected before it came (T9): each number counts once. */
export interface ImportComparison {
  /** Protected before, by any source. */
  readonly known: number;
  /** Protected by nobody before. */
  readonly news: number;
  /** Protected here, and not in the file. */
  readonly missing: number;
}

/** A list was read to its end and all it says is in effect. Stream `import-<id>`. */
export type ListImported = DomainEvent<
  'registry.ListImported',
  {
    readonly importId: string;
    readonly kind: 'bar-roll' | 'do-not-record';
    /** SHA-256 of the file, hex. The same digest again changes nothing. */
    readonly digest: string;
    readonly rows: number;
    readonly added: number;
    readonly unchanged: number;
    readonly rejected: number;
  }
>;

/**
 * A list was read to its end, protects what it names, and lost too many entries to be believed (T3). Nobody's protection
 * ends by that; a second person says whether the list may count as whole. Stream `import-<id>`.
 */
export type ListHeld = DomainEvent<
  'registry.ListHeld',
  ListImported['data'] & {
    readonly losses: readonly ListLosses[];
    /** Whose word the file is; somebody else has to approve it. */
    readonly sentBy: string;
  }
>;

/** A second person believes a held list; `ListImported` follows. */
export type ListApproved = DomainEvent<
  'registry.ListApproved',
  { readonly importId: string; readonly approvedBy: string }
>;

/** Somebody asked to approve a held list and may not. */
export type ListApprovalRefused = DomainEvent<
  'registry.ListApprovalRefused',
  { readonly importId: string; readonly askedBy: string; readonly reason: 'same-person' }
>;

/** Somebody held a file against all that is protected, and nothing came of it. Who asks about whom is itself worth knowing (P4). Stream `comparison-<id>`. */
export type ListCompared = DomainEvent<
  'registry.ListCompared',
  {
    /** Keyed hash of the file: equal for equal files, and says nothing of a number that is alone in it. */
    readonly file: string;
    readonly rows: number;
    /** Rows with a number that is protected here. */
    readonly known: number;
    /** Rows with a number that is not. */
    readonly unknown: number;
    /** Numbers protected here that the file does not have. */
    readonly missing: number;
  }
>;

/** Somebody looked at who a list lost (P4). Stream `import-<id>`. */
export type DifferenceViewed = DomainEvent<
  'registry.DifferenceViewed',
  {
    readonly importId: string;
    /** Those that were shown: blind indexes of numbers, or attorneys' streams. */
    readonly entries: readonly string[];
  }
>;
