import type { PublishedShards } from '../cursor.js';
import type { RelayTarget } from './relay-target.js';
import { take } from './take.js';

/**
 * Sends a shard again from a position to its head as it is now: repairs a topic that lost events. Consumers drop what
 * they had; one that halted at the gap finds the missing events further on. Answers with the number of events sent.
 */
export async function republish(
  store: PublishedShards,
  target: RelayTarget,
  shard: number,
  from: number,
): Promise<{ readonly sent: number }> {
  const head = (await store.heads()).find((one) => one.shard === shard)?.position ?? 0;
  let after = Math.max(from, 1) - 1;
  const first = after;
  while (after < head) {
    const next = await take(store, shard, after);
    if (next === undefined) break;
    await target.send([next]);
    after = next.last;
  }
  return { sent: after - first };
}
