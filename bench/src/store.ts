import { EventStore, migrateEventStore } from '@privity/event-store';
import pg from 'pg';
import type { BenchServer } from './database.js';

export interface OpenedStore {
  readonly store: EventStore;
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

/** A store as a service opens its own. */
export async function openStore(serviceUrl: string, source = '/privity/bench'): Promise<OpenedStore> {
  const pool = new pg.Pool({ connectionString: serviceUrl });
  const store = await EventStore.open({ pool, source });
  return {
    store,
    pool,
    close: async () => {
      await store.close();
      await pool.end();
    },
  };
}

/** An empty one, in a database of its own. */
export async function freshStore(server: BenchServer, source?: string): Promise<OpenedStore> {
  return openStore((await server.fresh(migrateEventStore)).serviceUrl, source);
}
