import { hash } from 'node:crypto';

/** Bytes of a SHA-256 hash. */
export const HASH_SIZE = 32;

/** Longest entry in bytes: entry bundles carry a 16-bit length. */
export const MAX_ENTRY = 0xffff;

// The prefixes keep a leaf from ever being read as an inner node (RFC 6962, section 2.1).
// Hashing is synchronous, so one scratch buffer each spares an allocation per hash.
const leafScratch = Buffer.alloc(1 + MAX_ENTRY);
const nodeScratch = Buffer.alloc(1 + 2 * HASH_SIZE);
nodeScratch[0] = 1;

function sha256(data: Uint8Array): Buffer {
  return hash('sha256', data, 'buffer');
}

/** Root of the tree without entries: SHA-256 of nothing. */
export const EMPTY_ROOT: Buffer = sha256(Buffer.alloc(0));

/** Merkle leaf hash of an entry: SHA-256(0x00 || entry). A string stands for its UTF-8 bytes. */
export function leafHash(entry: Uint8Array | string): Buffer {
  if (typeof entry === 'string') {
    // Three bytes is the most a UTF-16 unit takes in UTF-8.
    if (entry.length * 3 > MAX_ENTRY) return leafHash(Buffer.from(entry, 'utf8'));
    const written = leafScratch.write(entry, 1, 'utf8');
    return sha256(leafScratch.subarray(0, 1 + written));
  }
  if (entry.length > MAX_ENTRY) return sha256(Buffer.concat([Buffer.of(0), entry]));
  leafScratch.set(entry, 1);
  return sha256(leafScratch.subarray(0, 1 + entry.length));
}

/** Hash of an inner node: SHA-256(0x01 || left || right). Both are 32 bytes. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  nodeScratch.set(left, 1);
  nodeScratch.set(right, 1 + HASH_SIZE);
  return sha256(nodeScratch);
}

/** Root over hashes of complete subtrees of equal size: RFC 6962's MTH with these as leaves. */
export function rootOver(hashes: readonly Uint8Array[]): Buffer {
  if (hashes.length === 0) return EMPTY_ROOT;
  // Level by level; an odd last node moves up as it is, which is where RFC 6962's split puts it.
  let level = hashes;
  while (level.length > 1) {
    const above: Uint8Array[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const left = level[i] as Uint8Array;
      const right = level[i + 1];
      above.push(right === undefined ? left : nodeHash(left, right));
    }
    level = above;
  }
  return Buffer.from(level[0] as Uint8Array);
}
