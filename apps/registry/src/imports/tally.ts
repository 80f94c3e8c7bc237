import type { RejectedLine } from '@privity/registry';

// Enough to see what is wrong with a file; a million lines of it would only fill memory.
const LISTED = 1000;

export type TallyFigures = Pick<Tally, 'rows' | 'added' | 'unchanged' | 'rejectedCount' | 'rejected'>;

/** The count of an import as it goes. `rows` = `added` + `unchanged` + rows of which nothing could be used. */
export class Tally {
  rows = 0;
  added = 0;
  unchanged = 0;
  rejectedCount = 0;
  readonly rejected: RejectedLine[] = [];

  reject(entries: readonly RejectedLine[]): void {
    this.rejectedCount += entries.length;
    this.rejected.push(...entries.slice(0, LISTED - this.rejected.length));
  }

  /** In order of lines: rows of a batch are applied side by side. */
  figures(): TallyFigures {
    const { rows, added, unchanged, rejectedCount } = this;
    return { rows, added, unchanged, rejectedCount, rejected: this.rejected.toSorted((a, b) => a.line - b.line) };
  }
}
