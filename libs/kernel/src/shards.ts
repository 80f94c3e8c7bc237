import { createHash } from 'node:crypto';

/** Fixed for good: each store remembers it and refuses another (T9). */
export const SHARDS = 12;

/** The shard that a stream lives in: the first four bytes of the SHA-256 of its id, big-endian, modulo twelve. */
export function shardOf(streamId: string): number {
  return createHash('sha256').update(streamId, 'utf8').digest().readUInt32BE(0) % SHARDS;
}
