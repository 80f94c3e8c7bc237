import type { PublishedShards } from '../cursor.js';
import type { ShardMessages } from './relay-target.js';

/** Most bytes for one partition in one send: kafkajs never splits a batch, and brokers refuse more than 1 MiB. */
export const SEND_BYTES = 512 * 1024;
const READ_EVENTS = 500;

export interface Taken extends ShardMessages {
  /** Position of the last message. */
  readonly last: number;
}

/** The next events of a shard that fit into one send; undefined when there are none. */
export async function take(
  store: Pick<PublishedShards, 'readShard'>,
  shard: number,
  after: number,
): Promise<Taken | undefined> {
  const events = await store.readShard(shard, after, READ_EVENTS);
  const messages: { key: string; text: string }[] = [];
  let bytes = 0;
  let last = after;
  for (const { position, stream, text } of events) {
    if (position !== last + 1) throw new Error(`shard ${shard} of the store has no position ${last + 1}`);
    bytes += Buffer.byteLength(text) + stream.length + 32;
    if (bytes > SEND_BYTES && messages.length > 0) break;
    messages.push({ key: stream, text });
    last = position;
  }
  return messages.length === 0 ? undefined : { shard, messages, last };
}
