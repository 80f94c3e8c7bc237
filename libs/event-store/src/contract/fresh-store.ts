import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrateEventStore } from '../migrate.js';

/** A store of its own for some tests, in a database that goes away with them. */
export interface FreshStore {
  /** Owns the database, and is no superuser. */
  readonly owner: pg.Pool;
  /** May read, and append. */
  readonly service: pg.Pool;
  readonly ownerUrl: string;
  readonly serviceUrl: string;
  /** Superuser, in the same database. */
  readonly admin: pg.Pool;
  /** The database as it is now, as another database: a backup, restored. Ends the connections of this one. */
  copy(): Promise<FreshStore>;
  drop(): Promise<void>;
}

/** @param adminUrl a superuser, any database of the server */
export async function freshStore(adminUrl: string): Promise<FreshStore> {
  const name = `store_${randomBytes(6).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  await asAdmin(adminUrl, [
    `create role ${name}_owner login password '${password}'`,
    `create role ${name}_service login password '${password}'`,
    `create database ${name} owner ${name}_owner template template0 encoding 'UTF8'`,
  ]);
  const store = opened(adminUrl, name, name, password);
  const owner = await store.owner.connect();
  try {
    await migrateEventStore(owner, { serviceRole: `${name}_service` });
  } finally {
    owner.release();
  }
  return {
    ...store,
    drop: async () => {
      await store.drop();
      await asAdmin(adminUrl, [`drop role ${name}_owner`, `drop role ${name}_service`]);
    },
  };
}

function opened(adminUrl: string, database: string, roles: string, password: string): FreshStore {
  const url = (user: string) => {
    const changed = new URL(adminUrl);
    changed.pathname = `/${database}`;
    if (user !== '') Object.assign(changed, { username: user, password });
    return changed.toString();
  };
  const pools = { owner: pool(url(`${roles}_owner`)), service: pool(url(`${roles}_service`)), admin: pool(url('')) };
  const end = () => Promise.all(Object.values(pools).map((each) => each.end()));
  return {
    ...pools,
    ownerUrl: url(`${roles}_owner`),
    serviceUrl: url(`${roles}_service`),
    copy: async () => {
      const copy = `store_${randomBytes(6).toString('hex')}`;
      await asAdmin(adminUrl, [
        `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '${database}'`,
        `create database ${copy} owner ${roles}_owner template ${database}`,
      ]);
      return opened(adminUrl, copy, roles, password);
    },
    drop: async () => {
      await end();
      await asAdmin(adminUrl, [`drop database ${database} with (force)`]);
    },
  };
}

function pool(connectionString: string): pg.Pool {
  const made = new pg.Pool({ connectionString, max: 8 });
  // `copy` ends connections on purpose
  made.on('error', () => undefined);
  return made;
}

async function asAdmin(adminUrl: string, statements: readonly string[]): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    for (const statement of statements) await admin.query(statement);
  } finally {
    await admin.end();
  }
}
