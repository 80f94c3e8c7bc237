import { PrivityError } from '@privity/kernel';
import type { PublishedShards } from '../cursor.js';
import type { RelayTarget } from './relay-target.js';
import { take } from './take.js';

/** The position is further than the topic ever was: consumers would meet it before the events that the relay has yet to send. */
export class RepublishAhead extends PrivityError {
  constructor(shard: number, from: number, acked: number) {
    super(
      'republish-ahead',
      400,
      `Shard ${shard} is published up to position ${acked}: it can be sent again from 1 to ${acked + 1}, not from ${from}`,
      { field: 'from' },
    );
  }
}

/**
 * Sends a shard again from a position to its head as it is now: repairs a topic that lost events. Consumers drop what
 * they had; one that halted at the gap finds the missing events further on. Answers with the number of events sent.
 * @param publisher.acked how far the relay has published the shard, `publishedUpTo`
 * @throws RepublishAhead
 */
export async function republish(
  publisher: { readonly store: PublishedShards; readonly target: RelayTarget; readonly acked: number },
  shard: number,
  from: number,
): Promise<{ readonly sent: number }> {
  const { store, target, acked } = publisher;
  if (from > acked + 1) throw new RepublishAhead(shard, from, acked);
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
