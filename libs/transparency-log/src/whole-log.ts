import { openCheckpoint } from './checkpoint.js';
import { decodeBundle } from './entry-bundle.js';
import { EMPTY_ROOT, leafHash, nodeHash } from './hashing.js';
import { LogRefused } from './log-refused.js';
import type { VerifierKey } from './verifier-key.js';

/** Computes a root from a stream of leaf hashes in memory for one hash per level. */
export class CompactTree {
  #size = 0;
  /** Complete subtrees from the left, as many as `size` has binary ones. */
  readonly #subtrees: Buffer[] = [];

  get size(): number {
    return this.#size;
  }

  append(leaf: Buffer): void {
    let node = leaf;
    for (let n = this.#size; n % 2 === 1; n = (n - 1) / 2) node = nodeHash(this.#subtrees.pop() as Buffer, node);
    this.#subtrees.push(node);
    this.#size++;
  }

  root(): Buffer {
    if (this.#size === 0) return EMPTY_ROOT;
    return this.#subtrees.reduceRight((right, left) => nodeHash(left, right));
  }
}

export interface LogCopy {
  /** The signed note. */
  readonly checkpoint: string;
  readonly vkey: string | VerifierKey;
  /** Entry bundles from the first on, in order; the last may reach beyond the checkpoint. */
  readonly bundles: AsyncIterable<Buffer> | Iterable<Buffer>;
  /** Called with each entry and its index, before the root is known. */
  readonly onEntry?: (entry: Buffer, index: number) => void;
}

export interface VerifiedLog {
  readonly origin: string;
  readonly size: number;
  /** Root as computed from the bytes of the entries. */
  readonly root: Buffer;
  /** Whether that is the root the log signed. */
  readonly rootOk: boolean;
}

/**
 * Recomputes a log from the bytes of its entries, streaming, and compares with what the log signed.
 * @throws LogRefused `log-incomplete` when there are fewer entries than signed; and for a bad checkpoint or bundle
 */
export async function verifyLog({ checkpoint, vkey, bundles, onEntry }: LogCopy): Promise<VerifiedLog> {
  const { origin, size, root: signed } = openCheckpoint(checkpoint, vkey);
  const tree = new CompactTree();
  for await (const bundle of bundles) {
    for (const entry of decodeBundle(bundle)) {
      if (tree.size === size) break;
      onEntry?.(entry, tree.size);
      tree.append(leafHash(entry));
    }
    if (tree.size === size) break;
  }
  if (tree.size < size) throw new LogRefused('log-incomplete', `${tree.size} entries, ${size} are signed`);
  const root = tree.root();
  return { origin, size, root, rootOk: root.equals(signed) };
}
