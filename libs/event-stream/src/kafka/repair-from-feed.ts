import type { Cursor } from '../cursor.js';
import type { FeedClient } from '../feed/feed-client.js';
import type { ShardSink } from '../shard-sink.js';

/**
 * Fetches what a topic lacks from the publisher itself and applies it, up to `found`. False when there
 * is no feed to ask, or it has no answer: the shard halts then.
 */
export async function repairFromFeed(
  feed: FeedClient | undefined,
  sink: ShardSink,
  gap: { readonly source: string; readonly shard: number; readonly cursor: Cursor; readonly found: number },
): Promise<boolean> {
  if (feed === undefined) return false;
  const { source, shard, found } = gap;
  for (let position = gap.cursor.position; position < found;) {
    const page = await feed.read(source, new Map([[shard, position]]), { limit: 500 }).catch(() => undefined);
    const events = page?.shards.find((one) => one.shard === shard)?.events ?? [];
    const verdict = await sink.accept(
      source,
      shard,
      events.map((text) => ({ text })),
      () => Promise.resolve(),
    );
    if ((verdict.kind !== 'continue' && verdict.kind !== 'gap') || verdict.cursor.position === position) return false;
    position = verdict.cursor.position;
  }
  return true;
}
