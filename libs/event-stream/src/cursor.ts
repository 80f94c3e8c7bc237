import type { ShardHead } from '@privity/event-store';

/** How far a consumer is in one shard: the last applied event. Position 0 with no id is the beginning. */
export interface Cursor {
  readonly position: number;
  readonly id: string | undefined;
  /** Kafka offset up to which every event is applied. */
  readonly offset: bigint | undefined;
}

export const BEGINNING: Cursor = { position: 0, id: undefined, offset: undefined };

/** The part of an event store that is published: what relay and feed read. `EventStore` is one. */
export interface PublishedShards {
  /** All twelve, in order of shard. */
  heads(): Promise<readonly ShardHead[]>;
  /** Events after a position, in order. */
  readShard(
    shard: number,
    after: number,
    limit: number,
  ): Promise<readonly { readonly position: number; readonly stream: string; readonly text: string }[]>;
  /** Called in-process after each committed append: a wake-up, not a promise of anything. */
  onAppended(listener: () => void): unknown;
}
