import { LogRefused } from './log-refused.js';

/** Hashes in a full tile, entries in a full bundle: tiles of height 8 (c2sp.org/tlog-tiles). */
export const TILE_WIDTH = 256;

export interface TileId {
  /** 0 holds leaf hashes; `entries` is the bundle of the entries themselves. */
  readonly level: number | 'entries';
  /** Index of the tile within its level. */
  readonly index: number;
  /** 1 to 256; below 256 the tile is partial. */
  readonly width: number;
}

/** Path below `tile/`, e.g. `0/x001/x234/067.p/8`. */
export function tilePath({ level, index, width }: TileId): string {
  return `${level}/${indexPath(index)}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

function indexPath(index: number): string {
  const last = String(index % 1000).padStart(3, '0');
  let rest = Math.floor(index / 1000);
  const parts = [last];
  while (rest > 0) {
    parts.unshift(`x${String(rest % 1000).padStart(3, '0')}`);
    rest = Math.floor(rest / 1000);
  }
  return parts.join('/');
}

const PATH = /^(?<level>entries|\d{1,2})\/(?<index>(?:x\d{3}\/)*\d{3})(?:\.p\/(?<width>[1-9]\d{0,2}))?$/;

/** Reads a path below `tile/`. One tile has exactly one path. @throws LogRefused `tile-path` */
export function parseTilePath(path: string): TileId {
  const groups = PATH.exec(path)?.groups;
  if (groups !== undefined) {
    const level = groups['level'] === 'entries' ? 'entries' : Number(groups['level']);
    const index = Number((groups['index'] ?? '').replace(/[x/]/g, ''));
    const width = groups['width'] === undefined ? TILE_WIDTH : Number(groups['width']);
    const id: TileId = { level, index, width };
    if ((level === 'entries' || level <= 63) && Number.isSafeInteger(index) && tilePath(id) === path) return id;
  }
  throw new LogRefused('tile-path', 'not the path of a tile');
}

/** How many hashes (or entries) of the tile a tree of `size` has: 0 to 256. */
export function tileWidth(level: number | 'entries', index: number, size: number): number {
  const nodes = Math.floor(size / TILE_WIDTH ** (level === 'entries' ? 0 : level));
  return Math.max(0, Math.min(TILE_WIDTH, nodes - index * TILE_WIDTH));
}

/** The rightmost tile of each level that is not full, lowest level first: all that growing a tree has to read. */
export function edgeTiles(size: number): (TileId & { readonly level: number })[] {
  const edge: (TileId & { readonly level: number })[] = [];
  for (let level = 0, nodes = size; nodes > 0; level++, nodes = Math.floor(nodes / TILE_WIDTH)) {
    const width = nodes % TILE_WIDTH;
    if (width > 0) edge.push({ level, index: Math.floor(nodes / TILE_WIDTH), width });
  }
  return edge;
}

/** Every tile and bundle that a tree of `size` is served as, for a static copy. */
export function* allTiles(size: number): Generator<TileId> {
  const levels: (number | 'entries')[] = ['entries'];
  for (let level = 0; size >= TILE_WIDTH ** level && size > 0; level++) levels.push(level);
  for (const level of levels) {
    for (let index = 0; ; index++) {
      const width = tileWidth(level, index, size);
      if (width === 0) break;
      yield { level, index, width };
    }
  }
}
