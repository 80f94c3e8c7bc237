import type { AppendRow } from './batch.js';
import type { RecordedEvent, ShardHead } from './event.js';
import type { PreparedAppend } from './validation.js';

/** Which database this is; `recovered` tells that `recover` was here since it last changed. */
export interface StoreIdentity {
  readonly identity: string;
  readonly recovered: boolean;
  readonly encoding: string;
}

/**
 * What an event store asks of its database. `SqlDatabase` is the one that services run on; the other keeps its rows in
 * memory, for the simulation. Both pass `@privity/event-store/contract`. Rejects with pg's errors.
 */
export interface StoreDatabase {
  identity(): Promise<StoreIdentity>;
  /** One for each shard that the store was laid out for, in order, the empty ones at position 0. */
  heads(): Promise<ShardHead[]>;
  /** Which of these events are not there at their positions; those at position 0 are none. */
  missing(heads: readonly ShardHead[]): Promise<ShardHead[]>;
  readStream(stream: string, after: number): Promise<RecordedEvent[]>;
  readShard(shard: number, after: number, limit: number): Promise<RecordedEvent[]>;
  /**
   * One transaction for many appends of different streams: an answer for each, in their order. Rejects with PV001, and
   * writes nothing, when the database has another identity or lacks one of the events `known` of the shards it writes to.
   */
  append(
    identity: string,
    known: ReadonlyMap<number, ShardHead>,
    batch: readonly PreparedAppend[],
  ): Promise<readonly AppendRow[]>;
}

/** As the owner of the database: what `recover` needs besides. */
export interface OwnedDatabase extends Pick<StoreDatabase, 'identity' | 'heads' | 'missing'> {
  idAt(shard: number, position: number): Promise<string | undefined>;
  /** Puts texts back at the end of a shard and answers with its last position. Rejects with PV002 what does not follow. */
  restore(shard: number, texts: readonly string[]): Promise<number>;
  recordRecovery(witness: string, restored: number): Promise<void>;
}
