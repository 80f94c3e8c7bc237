import { EMPTY_ROOT, HASH_SIZE, nodeHash } from './hashing.js';
import { LogRefused } from './log-refused.js';
import { isSubtree, proofPath, requireSizes, type EntryRange } from './proof-path.js';

// Sizes are checked first, then the number of hashes, then their form, and roots last: a refusal names the
// reason that would remain if the rest were repaired.

export interface InclusionClaim {
  /** Zero-based index of the entry. */
  readonly index: number;
  readonly size: number;
  readonly leafHash: Uint8Array;
  readonly root: Uint8Array;
  /** From the leaf's sibling up to the root's child. */
  readonly proof: readonly Uint8Array[];
}

/** Checks that an entry is in a tree (RFC 6962, section 2.1.1). @throws LogRefused */
export function verifyInclusion({ size, ...claim }: InclusionClaim): void {
  requireSizes({ size });
  verifySubtreeInclusion({ ...claim, start: 0, end: size });
}

/** Checks that an entry is in a subtree; `index` counts from the log's first entry. @throws LogRefused */
export function verifySubtreeInclusion(claim: Omit<InclusionClaim, 'size'> & EntryRange): void {
  const { index, start, end, root, proof } = claim;
  requireSizes({ index, start, end });
  if (start >= end) throw new LogRefused('size-impossible', `no entry is in a tree from ${start} to ${end}`);
  if (index < start || index >= end) {
    throw new LogRefused('size-impossible', `entry ${index} is not between ${start} and ${end}`);
  }
  if (!isSubtree({ start, end })) throw new LogRefused('subtree-invalid', `${start} to ${end} is not a subtree`);
  const { larger } = climb({ start: index, end: index + 1 }, { start, end }, claim.leafHash, proof);
  requireEqual(larger, root, 'root');
}

export interface ConsistencyClaim {
  readonly size1: number;
  readonly size2: number;
  readonly root1: Uint8Array;
  readonly root2: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** Checks that the tree of `size2` begins with the tree of `size1` (RFC 6962, section 2.1.2). @throws LogRefused */
export function verifyConsistency({ size1, size2, root1, root2, proof }: ConsistencyClaim): void {
  requireSizes({ size1, size2 });
  if (size1 > size2) throw new LogRefused('size-impossible', `a tree of ${size2} cannot contain one of ${size1}`);
  if (size1 === 0) throw new LogRefused('empty-tree', 'every tree is consistent with the empty one');
  verifySubtreeConsistency({ start: 0, end: size1, size: size2, root1, root2, proof });
}

/**
 * Checks that the subtree with `root1` over entries `start` to `end` is part of the tree of `size` (draft "Merkle
 * Tree Certificates", section 4.4). An empty subtree is part of every tree that reaches it. @throws LogRefused
 */
export function verifySubtreeConsistency(
  claim: EntryRange & { readonly size: number } & Omit<ConsistencyClaim, 'size1' | 'size2'>,
): void {
  const { start, end, size, root1, root2, proof } = claim;
  requireSizes({ start, end, size });
  if (start > end || end > size) {
    throw new LogRefused('size-impossible', `a tree of ${size} has no entries ${start} to ${end}`);
  }
  if (start === end) {
    requireLength(proof, 0);
    return requireEqual(EMPTY_ROOT, root1, 'root of the empty subtree');
  }
  if (!isSubtree({ start, end })) throw new LogRefused('subtree-invalid', `${start} to ${end} is not a subtree`);
  if (start === 0 && end === size) {
    requireLength(proof, 0);
    return requireEqual(root1, root2, 'root of the same tree');
  }
  const { smaller, larger } = climb({ start, end }, { start: 0, end: size }, root1, proof);
  requireEqual(smaller, root1, 'root of the smaller tree');
  requireEqual(larger, root2, 'root of the larger tree');
}

/** The roots of part and whole that the proof leads to; `known` is the hash of the part. */
function climb(part: EntryRange, whole: EntryRange, known: Uint8Array, proof: readonly Uint8Array[]) {
  const path = proofPath(part, whole);
  const seeds = path.seed === undefined ? 0 : 1;
  requireLength(proof, seeds + path.steps.length);
  let smaller = seeds === 0 ? known : (proof[0] as Uint8Array);
  for (const hash of [smaller, ...proof]) {
    if (hash.length !== HASH_SIZE) throw new LogRefused('hash-length', `a hash has ${hash.length} bytes, not 32`);
  }
  let larger = smaller;
  path.steps.forEach((step, i) => {
    const hash = proof[seeds + i] as Uint8Array;
    if (step.within) smaller = nodeHash(hash, smaller);
    larger = step.side === 'left' ? nodeHash(hash, larger) : nodeHash(larger, hash);
  });
  return { smaller, larger };
}

function requireLength(proof: readonly Uint8Array[], length: number): void {
  if (proof.length !== length) {
    throw new LogRefused('proof-length', `the proof has ${proof.length} hashes, these sizes need ${length}`);
  }
}

function requireEqual(computed: Uint8Array, claimed: Uint8Array, what: string): void {
  if (Buffer.compare(computed, claimed) !== 0) throw new LogRefused('root-mismatch', `the ${what} is another`);
}
