import type pg from 'pg';
import type { PublishedShards } from './cursor.js';
import { openKafkaTarget } from './kafka/kafka-target.js';
import { Relay } from './relay/relay.js';
import { SqlRelayLeases } from './relay/relay-leases.js';
import type { StreamConfig } from './stream-config.js';
import type { StreamLog } from './stream-log.js';

/**
 * Publishes a store to its topic until stopped; undefined for the feed, where readers come for the events. Creates the topic, or throws TopicMisconfigured when the one that is
 * there would lose or misplace events.
 */
export async function startRelay(options: {
  readonly source: string;
  readonly stream: StreamConfig;
  /** The publisher's database, as service role; `migrateEventStream` ran there. */
  readonly pool: pg.Pool;
  readonly store: PublishedShards;
  readonly log?: StreamLog;
}): Promise<Relay | undefined> {
  const { source, stream, pool, store, log } = options;
  if (stream.stream === 'feed') return undefined;
  const logging = log === undefined ? {} : { log };
  const target = await openKafkaTarget({ ...stream, source, ...logging });
  const relay = new Relay({ leases: new SqlRelayLeases(pool), store, target, ...logging });
  relay.start();
  return relay;
}
