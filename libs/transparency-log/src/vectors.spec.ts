import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  LogRefused,
  verifyConsistency,
  verifyInclusion,
  verifySubtreeConsistency,
  verifySubtreeInclusion,
} from './index.js';

// The vectors of github.com/transparency-dev/merkle, kept beside the repository.
const FOLDER = join(import.meta.dirname, '../../../../shared/vectors/merkle');
const available = existsSync(FOLDER);

interface Vector {
  desc: string;
  wantErr: boolean;
  proof: string[] | null;
  leafIdx: number;
  leafHash: string;
  treeSize: number;
  root: string;
  size1: number;
  size2: number;
  size: number;
  start: number;
  end: number;
  root1: string;
  root2: string;
}

const bytes = (base64: string) => Buffer.from(base64, 'base64');

const verifiers: Record<string, (v: Vector, proof: Buffer[]) => void> = {
  inclusion: (v, proof) =>
    verifyInclusion({ index: v.leafIdx, size: v.treeSize, leafHash: bytes(v.leafHash), root: bytes(v.root), proof }),
  consistency: (v, proof) =>
    verifyConsistency({ size1: v.size1, size2: v.size2, root1: bytes(v.root1), root2: bytes(v.root2), proof }),
  subtreeinclusion: (v, proof) =>
    verifySubtreeInclusion({
      index: v.leafIdx,
      start: v.start,
      end: v.end,
      leafHash: bytes(v.leafHash),
      root: bytes(v.root),
      proof,
    }),
  subtreeconsistency: (v, proof) =>
    verifySubtreeConsistency({
      start: v.start,
      end: v.end,
      size: v.size,
      root1: bytes(v.root1),
      root2: bytes(v.root2),
      proof,
    }),
};

function outcome(kind: string, v: Vector): string {
  try {
    verifiers[kind]?.(v, (v.proof ?? []).map(bytes));
    return 'accepted';
  } catch (error) {
    if (error instanceof LogRefused) return error.code;
    throw error;
  }
}

/** A refusal counts only for a reason that the vector's description gives; the first matching line decides. */
const reasons: [RegExp, string[]][] = [
  [/useless|sizes are equal \(zero\)|sizes are zero|size1 is zero/, ['empty-tree', 'proof-length', 'root-mismatch']],
  [/invalid (large )?subtree/, ['subtree-invalid', 'size-impossible']],
  [/oob|larger than end|equals end|everything zero|greater than size2/, ['size-impossible']],
  [/^(empty leaf|empty root and leaf)/, ['hash-length', 'root-mismatch']],
  [
    /root and random leaf|^random|^empty root|^wrong|roots do not|roots match|swapped|but roots/,
    ['root-mismatch', 'hash-length'],
  ],
  [/^modified/, ['root-mismatch']],
  [/garbage|^(preceding|trailing|truncated|inserted|removed|empty proof)|proof is (not )?empty/, ['proof-length']],
  [
    /^(leafIdx|treeSize|size1|size2)/,
    ['size-impossible', 'subtree-invalid', 'proof-length', 'root-mismatch', 'empty-tree'],
  ],
];

(available ? describe : describe.skip)(`the Merkle vectors in ${FOLDER}`, () => {
  const files = available
    ? readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'))
    : [];

  it('are all here', () => expect(files).toHaveLength(518));

  it.each(files)('%s', (file) => {
    const vector = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Vector;
    const got = outcome(file.split('/')[0] ?? '', vector);
    if (!vector.wantErr) return expect(got).toBe('accepted');
    // An entry past the end is refused for that, whatever else is wrong with the rest.
    if (vector.leafIdx >= (vector.treeSize ?? vector.end)) return expect(got).toBe('size-impossible');
    const expected = reasons.find(([pattern]) => pattern.test(vector.desc));
    expect(expected).toBeDefined();
    expect(expected?.[1]).toContain(got);
  });
});
