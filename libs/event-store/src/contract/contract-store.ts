import { EventStore } from '../event-store.js';
import type { StoreOptions } from '../event-store.js';
import { MemoryDatabase } from '../memory/memory-database.js';
import { recover, recoverDatabase } from '../recover.js';
import type { RecoverOptions, RecoveryReport } from '../recover.js';
import { restore } from '../sql/restore.js';
import type { HeadWitness } from '../witness.js';
import { SOURCE } from './calls.js';
import type { FreshStore } from './fresh-store.js';

/** A store with its database, as far as the contract needs it of every adapter. */
export interface ContractStore {
  /** As a process of its own would. */
  open(o?: Partial<StoreOptions>): Promise<EventStore>;
  recover(witness: HeadWitness, o?: RecoverOptions): Promise<RecoveryReport>;
  /** As the owner: the last position of the shard afterwards. */
  putBack(shard: number, texts: readonly string[]): Promise<number>;
  /** Takes an event away behind the back of whoever has the store open. */
  lose(shard: number, position: number): Promise<void>;
  /** Version of each stream. */
  streams(): Promise<ReadonlyMap<string, number>>;
  /** The database as it is now, as another: a backup, restored. */
  copy(): Promise<ContractStore>;
  drop(): Promise<void>;
}

export function sqlStore(fresh: FreshStore): ContractStore {
  return {
    open: (o) => EventStore.open({ pool: fresh.service, source: SOURCE, ...o }),
    recover: async (witness, o) => {
      const owner = await fresh.owner.connect();
      try {
        return await recover(owner, witness, o);
      } finally {
        owner.release();
      }
    },
    putBack: async (shard, texts) => {
      const { rows } = await fresh.owner.query<{ position: string }>(restore, [shard, texts]);
      return Number(rows[0]?.position);
    },
    lose: async (shard, position) => {
      await fresh.admin.query('alter table event_store.event disable trigger all');
      await fresh.admin.query('delete from event_store.event where shard = $1 and position = $2', [shard, position]);
    },
    streams: async () => {
      const { rows } = await fresh.admin.query<{ stream: string; sequence: number }>(
        'select stream, max(sequence) as sequence from event_store.event group by stream order by stream',
      );
      return new Map(rows.map(({ stream, sequence }) => [stream, sequence]));
    },
    copy: async () => sqlStore(await fresh.copy()),
    drop: () => fresh.drop(),
  };
}

export function memoryStore(database = new MemoryDatabase()): ContractStore {
  return {
    open: (o) => EventStore.on(database, { source: SOURCE, ...o }),
    recover: (witness, o) => recoverDatabase(database, witness, o),
    putBack: (shard, texts) => database.restore(shard, texts),
    lose: async (shard, position) => database.lose(shard, position),
    streams: async () => database.streams(),
    copy: async () => memoryStore(database.copy()),
    drop: async () => undefined,
  };
}
