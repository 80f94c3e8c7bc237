import { STREAM_DOES_NOT_EXIST } from '@event-driven-io/emmett';
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import pg from 'pg';
import { EVENT, newCall } from './append-load.js';

/** The peer's store in a database of its own. */
export async function openEmmett(ownerUrl: string) {
  // its own pool has no listener for the connections that end with their database, and would end the process
  const pool = new pg.Pool({ connectionString: ownerUrl }).on('error', () => undefined);
  const store = getPostgreSQLEventStore('', { connectionOptions: { pool } });
  await store.schema.migrate();
  const data = EVENT.data as Record<string, unknown>;
  return {
    append: (): Promise<unknown> =>
      store.appendToStream(newCall(), [{ type: EVENT.type, data }], { expectedStreamVersion: STREAM_DOES_NOT_EXIST }),
    close: async () => {
      await store.close();
      await pool.end();
    },
  };
}
