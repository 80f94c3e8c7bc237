import { randomUUID } from 'node:crypto';
import type pg from 'pg';

const LEASE_SECONDS = 6;
export const RENEW_MS = 2_000;

/** One relay per shard, by rows of `event_stream.relay` in the publisher's database. */
export class RelayLeases {
  readonly holder = randomUUID();

  constructor(private readonly pool: pg.Pool) {}

  /** Renews and takes every shard that nobody else holds; answers with what was acknowledged of each. */
  async renew(): Promise<Map<number, number>> {
    const { rows } = await this.pool.query<{ shard: number; acked: string }>(
      `with free as materialized (
         select shard from event_stream.relay
          where holder is null or holder = $1 or leased_until < now() order by shard for update
       )
       update event_stream.relay r set holder = $1, leased_until = now() + make_interval(secs => ${LEASE_SECONDS})
         from free where r.shard = free.shard
        returning r.shard, r.acked`,
      [this.holder],
    );
    return new Map(rows.map(({ shard, acked }) => [shard, Number(acked)]));
  }

  /**
   * Records what the topic has. Only the holder can, and only forwards: a stale relay that sends again makes duplicates,
   * which consumers drop by position, and changes nothing here. Answers with the shards that are still held.
   */
  async acknowledge(acked: ReadonlyMap<number, number>): Promise<Set<number>> {
    const { rows } = await this.pool.query<{ shard: number }>(
      `update event_stream.relay r set acked = sent.acked
         from unnest($1::int[], $2::bigint[]) as sent (shard, acked)
        where r.shard = sent.shard and r.holder = $3 and r.acked < sent.acked
        returning r.shard`,
      [[...acked.keys()], [...acked.values()], this.holder],
    );
    return new Set(rows.map(({ shard }) => shard));
  }

  async release(): Promise<void> {
    await this.pool.query('update event_stream.relay set holder = null, leased_until = null where holder = $1', [
      this.holder,
    ]);
  }
}
