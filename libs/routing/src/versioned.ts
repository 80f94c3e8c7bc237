import { SHARDS } from '@privity/kernel';

/** One value of an entry, since a position of the entry's shard. The newest is the head of a chain. */
export interface Version<V> {
  readonly position: number;
  readonly value: V;
  readonly earlier: Version<V> | undefined;
}

/** What an entry was when its shard stood at `position`; undefined: not there yet. */
export function asOf<V>(newest: Version<V> | undefined, position: number): V | undefined {
  let version = newest;
  while (version !== undefined && version.position > position) version = version.earlier;
  return version?.value;
}

/** A position per shard, from 0 (nothing applied). Read-only: a change makes a new vector, so that moments can keep theirs. */
export type Positions = readonly number[];

export const NO_POSITIONS: Positions = Object.freeze(new Array<number>(SHARDS).fill(0));

export function movedTo(positions: Positions, shard: number, position: number): Positions {
  const moved = positions.slice();
  moved[shard] = position;
  return Object.freeze(moved);
}

/** A vector that ends earlier is another one: it was written where fewer shards were known. */
export function samePositions(one: Positions, other: Positions): boolean {
  return one.length === other.length && one.every((position, shard) => position === other[shard]);
}

/** Index of the last item of an ascending list that is not above `limit`; -1: none. */
export function lastNotAbove(ascending: readonly number[], limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
