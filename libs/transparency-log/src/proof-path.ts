import { LogRefused } from './log-refused.js';

/** Entries from `start` (included) to `end` (not included). */
export interface EntryRange {
  readonly start: number;
  readonly end: number;
}

/** One hash of a proof, and on which side of what has been computed so far it is joined. */
export interface PathStep extends EntryRange {
  readonly side: 'left' | 'right';
  /** The joined hash also belongs to the smaller tree. */
  readonly within: boolean;
}

/** From the subtree in question up to the root: `seed`, where present, is the proof's first hash. */
export interface ProofPath {
  readonly seed?: EntryRange;
  readonly steps: readonly PathStep[];
}

/** Refuses what cannot count entries. Sizes above 2^53 - 1 are refused too: no log of ours gets there. */
export function requireSizes(sizes: Readonly<Record<string, number>>): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (!Number.isSafeInteger(size) || size < 0) {
      throw new LogRefused('size-impossible', `${name} is ${size}, not a count of entries`);
    }
  }
}

/** Largest power of two smaller than `size`; `size` is at least 2 (RFC 6962, section 2.1). */
export function splitPoint(size: number): number {
  let k = 1;
  while (k * 2 < size) k *= 2;
  return k;
}

/** A subtree starts at a multiple of the power of two that its length needs (MTC draft, section 4.1). */
export function isSubtree({ start, end }: EntryRange): boolean {
  if (start >= end) return false;
  let span = 1;
  while (span < end - start) span *= 2;
  return start % span === 0;
}

/**
 * The path from subtree `part` to the root of the tree over `whole`. Inclusion is the path of a single entry,
 * consistency the path of a prefix (RFC 6962, sections 2.1.1 and 2.1.2); one walk yields all of them, to those who
 * prove and to those who verify.
 */
export function proofPath(part: EntryRange, whole: EntryRange): ProofPath {
  let { start } = part;
  const { end } = part;
  let { start: low, end: high } = whole;
  const steps: PathStep[] = [];
  let split = false;
  while (start !== low || end !== high) {
    const middle = low + splitPoint(high - low);
    if (end <= middle) {
      steps.push({ start: middle, end: high, side: 'right', within: false });
      high = middle;
    } else {
      // The part begins right of the middle, or reaches over it: then its left half is a node of both trees.
      const within = start < middle;
      steps.push({ start: low, end: middle, side: 'left', within });
      low = middle;
      if (within) {
        start = middle;
        split = true;
      }
    }
  }
  steps.reverse();
  return split ? { seed: { start: low, end: high }, steps } : { steps };
}
