import { EMPTY_ROOT, HASH_SIZE, nodeHash, rootOver } from './hashing.js';
import { LogRefused } from './log-refused.js';
import { TILE_WIDTH, edgeTiles } from './tile-paths.js';

/** A tile with its content: `hashes` has 32 bytes per node. */
export interface Tile {
  readonly level: number;
  readonly index: number;
  readonly hashes: Buffer;
}

export interface GrownTree {
  readonly size: number;
  readonly root: Buffer;
  /** Every tile that is new or longer than before, whole. */
  readonly changed: readonly Tile[];
}

/**
 * Adds leaves to a tree of `size` whose right edge is `edge`: the tiles that `edgeTiles(size)` names, at least that
 * wide (longer ones are cut). Reads nothing else and writes nothing; a caller commits `changed` and `root` together.
 */
export function growTree(size: number, edge: readonly Tile[], leaves: readonly Buffer[]): GrownTree {
  const changed: Tile[] = [];
  const edgeAfter: Tile[] = [];
  let nodes: readonly Buffer[] = leaves;
  let before = size;
  for (let level = 0; before > 0 || nodes.length > 0; level++) {
    let index = Math.floor(before / TILE_WIDTH);
    let row = [...edgeNodes(edge, level, index, before % TILE_WIDTH), ...nodes];
    const complete: Buffer[] = [];
    if (nodes.length === 0) {
      if (row.length > 0) edgeAfter.push({ level, index, hashes: Buffer.concat(row) });
    } else {
      while (row.length > 0) {
        const inTile = row.slice(0, TILE_WIDTH);
        const tile: Tile = { level, index, hashes: Buffer.concat(inTile) };
        changed.push(tile);
        if (inTile.length === TILE_WIDTH) complete.push(rootOver(inTile));
        else edgeAfter.push(tile);
        row = row.slice(TILE_WIDTH);
        index++;
      }
    }
    before = Math.floor(before / TILE_WIDTH);
    nodes = complete;
  }
  return { size: size + leaves.length, root: rootOfEdge(edgeAfter), changed };
}

/** Root of the tree of `size` from its right edge alone. */
export function rootFromEdge(size: number, edge: readonly Tile[]): Buffer {
  return rootOfEdge(
    edgeTiles(size).map(({ level, index, width }) => ({
      level,
      index,
      hashes: Buffer.concat(edgeNodes(edge, level, index, width)),
    })),
  );
}

/** Nodes 0 to `width` of an edge tile. */
function edgeNodes(edge: readonly Tile[], level: number, index: number, width: number): Buffer[] {
  if (width === 0) return [];
  const tile = edge.find((candidate) => candidate.level === level && candidate.index === index);
  if (tile === undefined || tile.hashes.length < width * HASH_SIZE) {
    throw new LogRefused('tile-malformed', `tile ${level}/${index} must have at least ${width} hashes`);
  }
  return nodesOf(tile.hashes).slice(0, width);
}

/** The hashes of a tile, one by one. */
export function nodesOf(hashes: Buffer): Buffer[] {
  const nodes: Buffer[] = [];
  for (let at = 0; at < hashes.length; at += HASH_SIZE) nodes.push(hashes.subarray(at, at + HASH_SIZE));
  return nodes;
}

/** Folds the complete subtrees of the right edge from the smallest to the largest. */
function rootOfEdge(edge: readonly Tile[]): Buffer {
  let root: Buffer | undefined;
  for (const { hashes } of edge) {
    const nodes = nodesOf(hashes);
    for (let span = 1, end = nodes.length; end > 0; span *= 2) {
      if (end % (span * 2) === 0) continue;
      const subtree = rootOver(nodes.slice(end - span, end));
      root = root === undefined ? subtree : nodeHash(subtree, root);
      end -= span;
    }
  }
  return root ?? EMPTY_ROOT;
}
