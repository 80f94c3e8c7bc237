import { createHash } from 'node:crypto';
import { SHARDS, uuidv7 } from '@privity/kernel';
import type { NumberProtected } from '@privity/registry';

/** A protected number where it stands in the registry's store. */
export interface PlacedEntry {
  readonly shard: number;
  readonly position: number;
  readonly id: string;
  readonly event: NumberProtected;
}

/** New numbers on the word of one list, the next of each shard in turn. @param from how many were made before */
export function entries(from: number, count: number): PlacedEntry[] {
  return Array.from({ length: count }, (_, i) => {
    const n = from + i;
    return { shard: n % SHARDS, position: Math.floor(n / SHARDS) + 1, id: uuidv7(), event: protectedNumber(n) };
  });
}

/** Parsed, as a service has it: a string put together from others would lie in memory in pieces. */
function protectedNumber(n: number): NumberProtected {
  const data = {
    index: `e1.${createHash('sha256').update(String(n)).digest('base64url')}`,
    source: { kind: 'do-not-record', ref: 'list' },
    category: 'unstated',
    basis: 'list',
    since: '2026-03-01T12:00:00.000Z',
  };
  return JSON.parse(JSON.stringify({ type: 'registry.NumberProtected', data })) as NumberProtected;
}
