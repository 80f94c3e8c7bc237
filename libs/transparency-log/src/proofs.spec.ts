import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  CompactTree,
  EMPTY_ROOT,
  HASH_SIZE,
  consistencyProof,
  edgeTiles,
  growTree,
  inclusionProof,
  leafHash,
  nodeHash,
  rootFromEdge,
  rootFromTiles,
  tileWidth,
  verifyConsistency,
  verifyInclusion,
  type Tile,
  type TileReader,
} from './index.js';

/** RFC 6962, section 2.1, word for word: what everything else is compared with. */
function referenceRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return EMPTY_ROOT;
  if (leaves.length === 1) return leaves[0] as Buffer;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(referenceRoot(leaves.slice(0, k)), referenceRoot(leaves.slice(k)));
}

/** Tiles in memory, grown in batches as the audit service grows them. */
class TileMap {
  readonly tiles = new Map<string, Tile>();
  size = 0;
  root = EMPTY_ROOT;

  grow(leaves: readonly Buffer[]): void {
    const edge = edgeTiles(this.size).map(({ level, index }) => this.tiles.get(`${level}/${index}`) as Tile);
    const grown = growTree(this.size, edge, leaves);
    for (const tile of grown.changed) this.tiles.set(`${tile.level}/${tile.index}`, tile);
    this.size = grown.size;
    this.root = grown.root;
  }

  readonly read: TileReader = (ids) =>
    Promise.resolve(ids.map(({ level, index }) => this.tiles.get(`${level}/${index}`)?.hashes as Buffer));
}

const leavesOf = (size: number) => Array.from({ length: size }, (_, i) => leafHash(`entry ${i}`));

function grownIn(batches: readonly number[]): { log: TileMap; leaves: Buffer[] } {
  const leaves = leavesOf(batches.reduce((sum, n) => sum + n, 0));
  const log = new TileMap();
  let at = 0;
  for (const n of batches) log.grow(leaves.slice(at, (at += n)));
  return { log, leaves };
}

const batches = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 6 });
const ratio = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('a tree grown from tiles', () => {
  it('has the root RFC 6962 defines, whatever the batches', () => {
    fc.assert(
      fc.property(batches, (sizes) => {
        const { log, leaves } = grownIn(sizes);
        const compact = new CompactTree();
        leaves.forEach((leaf) => compact.append(leaf));
        expect(log.root).toEqual(referenceRoot(leaves));
        expect(compact.root()).toEqual(log.root);
        expect(rootFromEdge(log.size, [...log.tiles.values()])).toEqual(log.root);
      }),
      { numRuns: 60 },
    );
  });

  it('passes from one level to the next at 256 and 65,536 entries', async () => {
    const { log, leaves } = grownIn([255, 1, 256 * 255, 300]);
    expect(log.root).toEqual(referenceRoot(leaves));
    expect([...log.tiles.keys()].filter((key) => key.startsWith('2/'))).toEqual(['2/0']);
    for (const size of [255, 256, 257, 65_535, 65_536, 65_537]) {
      expect(await rootFromTiles(size, log.read)).toEqual(referenceRoot(leaves.slice(0, size)));
    }
  });

  it('names exactly the tiles that tlog-tiles demands for 70,000 entries', () => {
    expect(edgeTiles(70_000)).toEqual([
      { level: 0, index: 273, width: 112 },
      { level: 1, index: 1, width: 17 },
      { level: 2, index: 0, width: 1 },
    ]);
    expect(edgeTiles(256)).toEqual([{ level: 1, index: 0, width: 1 }]);
    expect(tileWidth(0, 272, 70_000)).toBe(256);
    expect(tileWidth(0, 274, 70_000)).toBe(0);
  });
});

describe('proofs from tiles', () => {
  it('verify for every tree and entry; any flipped bit fails', async () => {
    await fc.assert(
      fc.asyncProperty(batches, ratio, ratio, fc.nat(), async (sizes, a, b, flip) => {
        const { log, leaves } = grownIn(sizes);
        const size = 1 + Math.floor(a * log.size);
        const index = Math.floor(b * size);
        const root = await rootFromTiles(size, log.read);
        const proof = await inclusionProof(index, size, log.read);
        const claim = { index, size, leafHash: leaves[index] as Buffer, root, proof };
        verifyInclusion(claim);
        const parts = [claim.leafHash, root, ...proof];
        const bad = flipped(parts, flip);
        expect(() =>
          verifyInclusion({ ...claim, leafHash: bad[0] as Buffer, root: bad[1] as Buffer, proof: bad.slice(2) }),
        ).toThrow();
        if (index > 0) expect(() => verifyInclusion({ ...claim, index: index - 1 })).toThrow();
      }),
      { numRuns: 120 },
    );
  });

  it('show that one tree continues another; any flipped bit fails', async () => {
    await fc.assert(
      fc.asyncProperty(batches, ratio, fc.nat(), async (sizes, a, flip) => {
        const { log } = grownIn(sizes);
        const size1 = 1 + Math.floor(a * log.size);
        const root1 = await rootFromTiles(size1, log.read);
        const proof = await consistencyProof(size1, log.size, log.read);
        const claim = { size1, size2: log.size, root1, root2: log.root, proof };
        verifyConsistency(claim);
        const bad = flipped([root1, log.root, ...proof], flip);
        expect(() =>
          verifyConsistency({ ...claim, root1: bad[0] as Buffer, root2: bad[1] as Buffer, proof: bad.slice(2) }),
        ).toThrow();
      }),
      { numRuns: 120 },
    );
  });

  it('are not made for entries or trees that do not exist', async () => {
    const { log } = grownIn([10]);
    await expect(inclusionProof(10, 10, log.read)).rejects.toMatchObject({ code: 'size-impossible' });
    await expect(consistencyProof(0, 10, log.read)).rejects.toMatchObject({ code: 'empty-tree' });
    await expect(consistencyProof(11, 10, log.read)).rejects.toMatchObject({ code: 'size-impossible' });
    await expect(inclusionProof(3, 11, log.read)).rejects.toMatchObject({ code: 'tile-malformed' });
  });
});

/** The same buffers with one bit turned over, chosen by `n`. */
function flipped(parts: readonly Buffer[], n: number): Buffer[] {
  const bit = n % (parts.length * HASH_SIZE * 8);
  const copy = Buffer.concat(parts);
  copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
  return parts.map((_, i) => copy.subarray(i * HASH_SIZE, (i + 1) * HASH_SIZE));
}
