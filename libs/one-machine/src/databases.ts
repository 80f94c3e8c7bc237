import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** `url` with another database in it. */
export function inDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${encodeURIComponent(name)}`;
  return changed.toString();
}

/**
 * Makes sure a database exists, and gives its address.
 * @param url address of any database of the same server, as a role that may create databases
 */
export async function createDatabase(url: string, name: string): Promise<string> {
  await onServer(url, async (client) => {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  });
  return inDatabase(url, name);
}

export interface FreshDatabase {
  readonly url: string;
  readonly name: string;
  /** Removes it, ending whatever connections are left. */
  drop(): Promise<void>;
}

/** A new empty database with a name of its own, for one test. */
export async function freshDatabase(url: string): Promise<FreshDatabase> {
  const name = `fresh_${randomBytes(8).toString('hex')}`;
  return {
    url: await createDatabase(url, name),
    name,
    drop: () =>
      onServer(url, async (client) => {
        await client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`);
      }),
  };
}

async function onServer(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
