import { randomUUID } from 'node:crypto';
import type pg from 'pg';

/** A relay that did not renew for so long has lost its shards. */
export const LEASE_MS = 6_000;
export const RENEW_MS = 2_000;
/** No lease goes so far: the clock was set back since, and its holder, who would have renewed it, is gone. */
const FAR = `make_interval(secs => ${(2 * LEASE_MS) / 1_000})`;

/** Which shards this relay may send, and how far each was acknowledged. */
export interface RelayLeases {
  /** Renews and takes every shard that nobody else holds; answers with what was acknowledged of each. */
  renew(): Promise<Map<number, number>>;
  /**
   * Records what the topic has. Only the holder can, and only forwards: a stale relay that sends again makes duplicates,
   * which consumers drop by position, and changes nothing here. Answers with the shards that are still held.
   */
  acknowledge(acked: ReadonlyMap<number, number>): Promise<Set<number>>;
  release(): Promise<void>;
}

/** Position up to which the topic of the publisher with this database has the shard. */
export async function publishedUpTo(pool: pg.Pool, shard: number): Promise<number> {
  const { rows } = await pool.query<{ acked: string }>('select acked from event_stream.relay where shard = $1', [
    shard,
  ]);
  return Number(rows[0]?.acked ?? 0);
}

/** By rows of `event_stream.relay` in the publisher's database. */
export class SqlRelayLeases implements RelayLeases {
  private readonly holder = randomUUID();

  constructor(private readonly pool: pg.Pool) {}

  async renew(): Promise<Map<number, number>> {
    const { rows } = await this.pool.query<{ shard: number; acked: string }>(
      `with free as materialized (
         select shard from event_stream.relay
          where holder is null or holder = $1 or not leased_until between now() and now() + ${FAR} order by shard for update
       )
       update event_stream.relay r set holder = $1, leased_until = now() + make_interval(secs => ${LEASE_MS / 1_000})
         from free where r.shard = free.shard
        returning r.shard, r.acked`,
      [this.holder],
    );
    return new Map(rows.map(({ shard, acked }) => [shard, Number(acked)]));
  }

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
