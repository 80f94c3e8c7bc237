import { HASH_SIZE, nodeHash, rootOver } from './hashing.js';
import { nodesOf } from './growth.js';
import { LogRefused } from './log-refused.js';
import { proofPath, requireSizes, splitPoint, type EntryRange } from './proof-path.js';
import { TILE_WIDTH, tileWidth, type TileId } from './tile-paths.js';

export type HashTileId = TileId & { readonly level: number };

/** Answers with the tiles asked for, in order; each at least as wide as asked. One call serves a whole proof. */
export type TileReader = (tiles: readonly HashTileId[]) => Promise<readonly Uint8Array[]>;

/** Proof that entry `index` is in the tree of `size`, leaf's sibling first. @throws LogRefused `size-impossible` */
export async function inclusionProof(index: number, size: number, read: TileReader): Promise<Buffer[]> {
  requireSizes({ index, size });
  if (index >= size) throw new LogRefused('size-impossible', `a tree of ${size} has no entry ${index}`);
  const { steps } = proofPath({ start: index, end: index + 1 }, { start: 0, end: size });
  return rangeHashes(steps, size, read);
}

/** Proof that the tree of `size2` begins with that of `size1`. @throws LogRefused `size-impossible`, `empty-tree` */
export async function consistencyProof(size1: number, size2: number, read: TileReader): Promise<Buffer[]> {
  requireSizes({ size1, size2 });
  if (size1 === 0) throw new LogRefused('empty-tree', 'every tree is consistent with the empty one');
  if (size1 > size2) throw new LogRefused('size-impossible', `a tree of ${size2} cannot contain one of ${size1}`);
  const { seed, steps } = proofPath({ start: 0, end: size1 }, { start: 0, end: size2 });
  return rangeHashes(seed === undefined ? steps : [seed, ...steps], size2, read);
}

/** Root of the tree of `size`, from tiles of that tree or of a later one. */
export async function rootFromTiles(size: number, read: TileReader): Promise<Buffer> {
  requireSizes({ size });
  if (size === 0) return rootOver([]);
  return (await rangeHashes([{ start: 0, end: size }], size, read))[0] as Buffer;
}

/** Hashes of ranges that are nodes of the tree of `size`. */
async function rangeHashes(ranges: readonly EntryRange[], size: number, read: TileReader): Promise<Buffer[]> {
  const wanted = new Map<string, HashTileId>();
  for (const range of ranges) {
    for (const node of completeSubtrees(range)) {
      const tile = tileOf(node, size);
      wanted.set(key(tile), tile);
    }
  }
  const ids = [...wanted.values()];
  const contents = await read(ids);
  const tiles = new Map<string, Buffer[]>();
  ids.forEach((id, i) => {
    const hashes = contents[i];
    if (hashes === undefined || hashes.length % HASH_SIZE !== 0 || hashes.length < id.width * HASH_SIZE) {
      throw new LogRefused('tile-malformed', `tile ${id.level}/${id.index} must have at least ${id.width} hashes`);
    }
    tiles.set(key(id), nodesOf(Buffer.from(hashes)));
  });
  return ranges.map((range) =>
    completeSubtrees(range)
      .map((node) => {
        const nodes = tiles.get(key(tileOf(node, size))) ?? [];
        const unit = TILE_WIDTH ** levelOf(node);
        const first = (node.start / unit) % TILE_WIDTH;
        return rootOver(nodes.slice(first, first + (node.end - node.start) / unit));
      })
      .reduceRight((right, left) => nodeHash(left, right)),
  );
}

/** The complete subtrees that a node over `range` is made of, from left to right: one, unless it is at the right edge. */
function completeSubtrees({ start, end }: EntryRange): EntryRange[] {
  const subtrees: EntryRange[] = [];
  let from = start;
  while (from < end) {
    const left = end - from;
    const half = left === 1 ? 1 : splitPoint(left);
    const span = half * 2 === left ? left : half;
    subtrees.push({ start: from, end: from + span });
    from += span;
  }
  return subtrees;
}

/** Level of the tile that holds a complete subtree, or the nodes right below it. */
function levelOf({ start, end }: EntryRange): number {
  let level = 0;
  for (let span = (end - start) / TILE_WIDTH; span >= 1; span /= TILE_WIDTH) level++;
  return level;
}

function tileOf(node: EntryRange, size: number): HashTileId {
  const level = levelOf(node);
  const index = Math.floor(node.start / TILE_WIDTH ** (level + 1));
  return { level, index, width: tileWidth(level, index, size) };
}

function key({ level, index }: HashTileId): string {
  return `${level}/${index}`;
}
