import { randomUUID } from 'node:crypto';
import { SHARDS } from '@privity/kernel';
import type { DataSource } from 'typeorm';
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
 * Leases on the checkpoint rows, so that replicas of a consumer share its shards without a broker. A lease only saves
 * work: two replicas that both believe they hold a shard are kept apart by the compare-and-set of the checkpoint.
 */
export class LeasedShards implements ShardLeases {
  private readonly instance = randomUUID();
  private readonly dataSource: DataSource;
  private readonly key: readonly unknown[];

  constructor(
    leases: NonNullable<ReaderOptions['leases']>,
    private readonly sources: readonly string[],
  ) {
    this.dataSource = leases.dataSource;
    this.key = [leases.consumer, leases.version, this.instance];
  }

  async renew(): Promise<readonly HeldShard[]> {
    const { consumer, version } = this.names();
    const wanted = shardsOf(this.sources);
    return this.dataSource.transaction(async (manager) => {
      await manager.query(
        `insert into event_stream.checkpoint (consumer, version, source, shard)
         select $1, $2, source, shard from unnest($3::text[], $4::int[]) as wanted (source, shard) on conflict do nothing`,
        [consumer, version, wanted.map((w) => w.source), wanted.map((w) => w.shard)],
      );
      await manager.query(
        `insert into event_stream.member (consumer, version, instance, seen_until)
         values ($1, $2, $3, now() + make_interval(secs => ${LEASE_SECONDS}))
         on conflict (consumer, version, instance) do update set seen_until = excluded.seen_until`,
        [...this.key],
      );
      const [{ members }]: [{ members: number }] = await manager.query(
        'select count(*)::int as members from event_stream.member where consumer = $1 and version = $2 and seen_until > now()',
        [consumer, version],
      );
      const share = Math.ceil(wanted.length / members);
      await manager.query(
        `update event_stream.checkpoint c set holder = null, leased_until = null
           from (select source, shard, row_number() over (order by source, shard) as n from event_stream.checkpoint
                  where consumer = $1 and version = $2 and holder = $3) mine
          where c.consumer = $1 and c.version = $2 and c.holder = $3
            and c.source = mine.source and c.shard = mine.shard and mine.n > $4`,
        [...this.key, share],
      );
      const [held]: [HeldShard[], number] = await manager.query(
        `update event_stream.checkpoint c
            set holder = $3, leased_until = now() + make_interval(secs => ${LEASE_SECONDS})
           from (select source, shard from event_stream.checkpoint
                  where consumer = $1 and version = $2 and source = any ($5)
                    and (holder = $3 or holder is null or leased_until < now())
                  order by (holder = $3) desc nulls last, source, shard
                  limit $4 for update skip locked) free
          where c.consumer = $1 and c.version = $2 and c.source = free.source and c.shard = free.shard
          returning c.source, c.shard`,
        [...this.key, share, [...this.sources]],
      );
      return held;
    });
  }

  async release(): Promise<void> {
    const { consumer, version } = this.names();
    await this.dataSource.query(
      'update event_stream.checkpoint set holder = null, leased_until = null where consumer = $1 and version = $2 and holder = $3',
      [...this.key],
    );
    await this.dataSource.query(
      'delete from event_stream.member where consumer = $1 and version = $2 and (instance = $3 or seen_until < now())',
      [consumer, version, this.instance],
    );
  }

  private names(): { consumer: unknown; version: unknown } {
    return { consumer: this.key[0], version: this.key[1] };
  }
}

function shardsOf(sources: readonly string[]): HeldShard[] {
  return sources.flatMap((source) => Array.from({ length: SHARDS }, (_, shard) => ({ source, shard })));
}
