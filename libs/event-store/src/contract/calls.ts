import { SHARDS, shardOf, uuidv7 } from '@privity/kernel';
import type { EventStore } from '../event-store.js';
import type { NewEvent, RecordedEvent } from '../event.js';

export const SOURCE = '/privity/routing';

export function newCall(): string {
  return `call-${uuidv7()}`;
}

/** A new stream that lives in this shard. */
export function callInShard(shard: number): string {
  for (;;) {
    const stream = newCall();
    if (shardOf(stream) === shard) return stream;
  }
}

export function connected(n = 1, given: Partial<NewEvent> = {}): NewEvent {
  return { type: 'routing.CallConnected', data: { n }, ...given };
}

export async function everyEvent(store: EventStore): Promise<RecordedEvent[]> {
  const shards = await Promise.all(Array.from({ length: SHARDS }, (_, shard) => store.readShard(shard, 0, 1_000_000)));
  return shards.flat();
}
