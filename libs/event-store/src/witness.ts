import type { ShardHead } from './event.js';

/**
 * Someone outside the database who has seen its events: the topic, the audit log, a consumer. A restored backup
 * cannot take back what a witness knows, so its heads reveal a loss and its bytes undo it.
 */
export interface HeadWitness {
  /** For messages: `topic privity.routing`, `audit log`. */
  readonly name: string;
  /** The newest event known of each shard; shards of which nothing is known may be left out. */
  heads(): Promise<readonly ShardHead[]>;
  /** The raw texts of up to `limit` events of a shard after a position, in order, without a gap. */
  readAfter(shard: number, position: number, limit: number): Promise<readonly string[]>;
}
