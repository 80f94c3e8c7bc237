import type { DataSource } from 'typeorm';
import type { PublishedShards } from '../cursor.js';
import type { Halt } from '../halt.js';
import { halts } from './park.js';

/** What one service can say by itself: its own store, and the consumers in its own database. */
export interface StreamStatus {
  readonly source: string | undefined;
  readonly shards: readonly {
    readonly shard: number;
    readonly head: number;
    /** Last position the topic is known to have; absent where no relay runs (feed). */
    readonly acked?: number;
  }[];
  readonly consumers: readonly {
    readonly consumer: string;
    readonly version: number;
    readonly source: string;
    readonly shard: number;
    readonly applied: number;
    readonly halted?: Halt;
  }[];
}

/** Statuses of several services together, by source and shard. */
export interface StreamReport {
  readonly source: string;
  readonly shards: readonly {
    readonly shard: number;
    readonly head: number;
    readonly acked?: number;
    readonly consumers: readonly {
      readonly consumer: string;
      readonly version: number;
      readonly applied: number;
      /** Events of this shard that this consumer has not applied yet. */
      readonly lag: number;
      readonly halted?: Halt;
    }[];
  }[];
}

/** `publisher` is left out for a service without a store of its own; `relayed` says whether a relay runs. */
export async function streamStatus(options: {
  readonly dataSource: DataSource;
  readonly publisher?: { readonly source: string; readonly store: PublishedShards; readonly relayed: boolean };
}): Promise<StreamStatus> {
  const { dataSource, publisher } = options;
  const acked: { shard: number; acked: string }[] =
    publisher?.relayed === true ? await dataSource.query('select shard, acked from event_stream.relay') : [];
  const ackedOf = new Map(acked.map((row) => [row.shard, Number(row.acked)]));
  const heads = publisher === undefined ? [] : await publisher.store.heads();
  const checkpoints: { consumer: string; version: number; source: string; shard: number; position: string }[] =
    await dataSource.query(
      'select consumer, version, source, shard, position from event_stream.checkpoint order by consumer, version, source, shard',
    );
  const halted = await halts(dataSource);
  return {
    source: publisher?.source,
    shards: heads.map(({ shard, position }) => {
      const sent = ackedOf.get(shard);
      return { shard, head: position, ...(sent === undefined ? {} : { acked: sent }) };
    }),
    consumers: checkpoints.map(({ consumer, version, source, shard, position }) => {
      const stands = halted.find(
        (halt) =>
          halt.consumer === consumer && halt.version === version && halt.source === source && halt.shard === shard,
      );
      const halt = stands === undefined ? {} : { halted: stands };
      return { consumer, version, source, shard, applied: Number(position), ...halt };
    }),
  };
}

/** Joins what each service says; the lag needs the publisher's head and the consumer's checkpoint. */
export function mergeStreamStatus(statuses: readonly StreamStatus[]): StreamReport[] {
  const consumers = statuses.flatMap((status) => status.consumers);
  return statuses.flatMap(({ source, shards }) => {
    if (source === undefined) return [];
    const rows = shards.map((shard) => ({
      ...shard,
      consumers: consumers
        .filter((one) => one.source === source && one.shard === shard.shard)
        .map(({ consumer, version, applied, halted }) => ({
          consumer,
          version,
          applied,
          lag: Math.max(0, shard.head - applied),
          ...(halted === undefined ? {} : { halted }),
        })),
    }));
    return [{ source, shards: rows }];
  });
}
