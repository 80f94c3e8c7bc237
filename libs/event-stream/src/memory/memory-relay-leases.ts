import { type Clock, SHARDS } from '@privity/kernel';
import { LEASE_MS, type RelayLeases } from '../relay/relay-leases.js';

interface Row {
  holder: object | undefined;
  until: number;
  acked: number;
}

/** Table `event_stream.relay` in memory. */
export class MemoryRelayTable {
  private readonly rows: Row[];

  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    from?: MemoryRelayTable,
  ) {
    this.rows = Array.from({ length: SHARDS }, (_, shard) => ({
      ...(from?.rows[shard] ?? { holder: undefined, until: 0, acked: 0 }),
    }));
  }

  /** As it is now, as another table: a backup, restored. */
  copy(): MemoryRelayTable {
    return new MemoryRelayTable(this.clock, this);
  }

  acked(shard: number): number {
    return this.rows[shard]?.acked ?? 0;
  }

  /** The leases of one relay more. */
  leases(holder: object = {}): RelayLeases {
    return {
      renew: async () => {
        const acked = new Map<number, number>();
        for (const [shard, row] of this.rows.entries()) {
          const left = row.until - this.clock.now();
          if (row.holder !== undefined && row.holder !== holder && left >= 0 && left <= 2 * LEASE_MS) continue;
          Object.assign(row, { holder, until: this.clock.now() + LEASE_MS });
          acked.set(shard, row.acked);
        }
        return acked;
      },
      acknowledge: async (acked) => {
        const held = new Set<number>();
        for (const [shard, position] of acked) {
          const row = this.rows[shard];
          if (row?.holder !== holder || row.acked >= position) continue;
          row.acked = position;
          held.add(shard);
        }
        return held;
      },
      release: async () => {
        for (const row of this.rows) if (row.holder === holder) Object.assign(row, { holder: undefined, until: 0 });
      },
    };
  }
}
