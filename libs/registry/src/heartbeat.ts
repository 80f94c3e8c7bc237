import type { Instant } from '@privity/kernel';
import type { ShardDigest } from './shard-entries.js';

/** The `typ` of a heartbeat's JWS: nothing else that the registry signs may be taken for one. */
export const HEARTBEAT_TYP = 'privity-heartbeat';

/**
 * The payload of the registry's signed heartbeat (a compact JWS, EdDSA by registry.jwk): its own view of itself. It is
 * not an event. A reader is up to date only when it has reached every position and its own figures are equal (P3).
 */
export interface Heartbeat {
  /** The registry's clock; readers measure age on their own clock from before they asked. */
  readonly at: Instant;
  /** What the reader who asked sent along, once and never again: an old answer played again is none to its question. */
  readonly nonce?: string;
  /** All shards, in order. */
  readonly shards: readonly ShardDigest[];
}
