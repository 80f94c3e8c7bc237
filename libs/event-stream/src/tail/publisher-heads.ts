import type { ShardHead } from '@privity/event-store';
import { FeedClient } from '../feed/feed-client.js';
import { TopicWitness } from '../kafka/topic-witness.js';
import type { StreamConfig } from '../stream-config.js';
import type { StreamLog } from '../stream-log.js';

/** Where a publisher stands: asked of itself where its feed is known, else read off the end of its topic. */
export async function publisherHeads(
  stream: StreamConfig,
  source: string,
  log?: StreamLog,
): Promise<readonly ShardHead[]> {
  const addresses = stream.stream === 'feed' ? stream : stream.repair;
  if (addresses === undefined && stream.stream === 'kafka') {
    return new TopicWitness({ brokers: stream.brokers, source, ...(log === undefined ? {} : { log }) }).heads();
  }
  const client = new FeedClient(addresses ?? { feeds: {}, token: '' });
  try {
    return await client.heads(source);
  } finally {
    await client.close();
  }
}
