import { randomUUID } from 'node:crypto';
import { SHARDS } from '@privity/kernel';
import type { DataSource } from 'typeorm';
import { IDLE_TRANSACTION } from '../consume/checkpoint-table.js';
import type { ReaderOptions } from '../reader-options.js';

export interface HeldShard {
  readonly source: string;
  readonly shard: number;
}

/** Which shards this replica reads. */
export interface ShardLeases {
  /** Renews what is held, takes what is free, gives back what is more than a fair share. Call every `RENEW_MS`. */
  renew(): Promise<readonly HeldShard[]>;
  release(): Promise<void>;
}

const LEASE_SECONDS = 6;
/** No lease goes so far: the clock was set back since, and its holder, who would have renewed it, is gone. */
const FAR = `make_interval(secs => ${2 * LEASE_SECONDS})`;
export const RENEW_MS = 2_000;

/** Every shard, always: views in memory need all of them in every replica. */
export class EveryShard implements ShardLeases {
  constructor(private readonly sources: readonly string[]) {}

  renew(): Promise<readonly HeldShard[]> {
    return Promise.resolve(shardsOf(this.sources));
  }

  release(): Promise<void> {
    return Promise.resolve();
  }
}

/**
 * Leases beside the checkpoints, so that replicas of a consumer share its shards without a broker. A lease only saves
 * work, two replicas that both believe they hold a shard are kept apart by the compare-and-set of the checkpoint.
 */
export class LeasedShards implements ShardLeases {
  private readonly instance = randomUUID();
  private readonly dataSource: DataSource;
  private readonly consumer: string;
  private readonly version: number;

  constructor(
    leases: NonNullable<ReaderOptions['leases']>,
    private readonly sources: readonly string[],
  ) {
    this.dataSource = leases.dataSource;
    this.consumer = leases.consumer;
    this.version = leases.version;
  }

  async renew(): Promise<readonly HeldShard[]> {
    const { consumer, version, instance } = this;
    const wanted = shardsOf(this.sources);
    return this.dataSource.transaction(async (manager) => {
      // Replicas of one consumer divide the shards one after another.
      // Bounded first: one that stops here would keep all others waiting.
      await manager.query(`select set_config('idle_in_transaction_session_timeout', $1, true)`, [IDLE_TRANSACTION]);
      await manager.query('select pg_advisory_xact_lock(hashtextextended($1, $2))', [consumer, version]);
      await manager.query(
        `insert into event_stream.lease (consumer, version, source, shard)
         select $1, $2, source, shard from unnest($3::text[], $4::int[]) as wanted (source, shard) on conflict do nothing`,
        [consumer, version, wanted.map((one) => one.source), wanted.map((one) => one.shard)],
      );
      await manager.query(
        `insert into event_stream.member (consumer, version, instance, seen_until)
         values ($1, $2, $3, now() + make_interval(secs => ${LEASE_SECONDS}))
         on conflict (consumer, version, instance) do update set seen_until = excluded.seen_until`,
        [consumer, version, instance],
      );
      const [{ members }]: [{ members: number }] = await manager.query(
        `select count(*)::int as members from event_stream.member where consumer = $1 and version = $2 and seen_until between now() and now() + ${FAR}`,
        [consumer, version],
      );
      const [held]: [HeldShard[], number] = await manager.query(
        `with mine as materialized (
           select source, shard from event_stream.lease
            where consumer = $1 and version = $2 and source = any ($4)
              and (holder = $3 or holder is null or not leased_until between now() and now() + ${FAR})
            order by (holder is not distinct from $3) desc, source, shard limit $5
         )
         update event_stream.lease l set holder = $3, leased_until = now() + make_interval(secs => ${LEASE_SECONDS})
           from mine
          where l.consumer = $1 and l.version = $2 and l.source = mine.source and l.shard = mine.shard
          returning l.source, l.shard`,
        [consumer, version, instance, [...this.sources], Math.ceil(wanted.length / members)],
      );
      await manager.query(
        `update event_stream.lease set holder = null, leased_until = null
          where consumer = $1 and version = $2 and holder = $3
            and not exists (select 1 from unnest($4::text[], $5::int[]) as held (source, shard)
                             where held.source = lease.source and held.shard = lease.shard)`,
        [consumer, version, instance, held.map((one) => one.source), held.map((one) => one.shard)],
      );
      return held;
    });
  }

  async release(): Promise<void> {
    const { consumer, version, instance } = this;
    await this.dataSource.query(
      'update event_stream.lease set holder = null, leased_until = null where consumer = $1 and version = $2 and holder = $3',
      [consumer, version, instance],
    );
    await this.dataSource.query(
      'delete from event_stream.member where consumer = $1 and version = $2 and (instance = $3 or seen_until < now())',
      [consumer, version, instance],
    );
  }
}

function shardsOf(sources: readonly string[]): HeldShard[] {
  return sources.flatMap((source) => Array.from({ length: SHARDS }, (_, shard) => ({ source, shard })));
}
