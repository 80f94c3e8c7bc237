import { createDatabase, inDatabase } from '@privity/one-machine';
import { CONTEXTS, type ContextName } from '@privity/service/installation';
import pg from 'pg';
import { Failed } from '../failures.js';
import type { RolePasswords } from './secrets.js';

/** A service's own database: as its owner, for migrations, and as the role the service runs under. */
export interface ServiceDatabase {
  readonly ownerUrl: string;
  readonly serviceUrl: string;
  readonly role: string;
}

export type ServiceDatabases = Readonly<Record<ContextName, ServiceDatabase>>;

const WRONG_PASSWORD = '28P01';

/**
 * Makes each service's database and role, and shuts every other role out of it (no service reads another's database).
 * @param url a role that may create databases and roles; its database's name is the prefix of theirs
 */
export async function provideDatabases(
  url: string,
  prefix: string,
  passwords: RolePasswords,
): Promise<ServiceDatabases> {
  const databases = await Promise.all(
    // One after the other per service, all services at once: CREATE DATABASE copies files and takes its time.
    CONTEXTS.map(async (name) => [name, await provideDatabase(url, `${prefix}_${name}`, passwords[name])] as const),
  ).catch((error: unknown) => {
    if (error instanceof Failed) throw error;
    throw new Failed(`The databases could not be made: ${error instanceof Error ? error.message : String(error)}`);
  });
  return Object.fromEntries(databases) as unknown as ServiceDatabases;
}

/** The prefix of database and role names: the name of the database in DATABASE_URL, or `privity`. */
export function prefixOf(databaseUrl: string | undefined): string {
  if (databaseUrl === undefined) return 'privity';
  const name = decodeURIComponent(new URL(databaseUrl).pathname.slice(1));
  return name === '' || name === 'postgres' ? 'privity' : name;
}

async function provideDatabase(url: string, name: string, password: string): Promise<ServiceDatabase> {
  const ownerUrl = await createDatabase(url, name);
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    const role = pg.escapeIdentifier(name);
    const { rowCount } = await owner.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [name]);
    if (rowCount === 0) await owner.query(`CREATE ROLE ${role} LOGIN PASSWORD ${pg.escapeLiteral(password)}`);
    await owner.query(`REVOKE ALL ON DATABASE ${pg.escapeIdentifier(name)} FROM PUBLIC`);
    await owner.query(`GRANT CONNECT ON DATABASE ${pg.escapeIdentifier(name)} TO ${role}`);
  } finally {
    await owner.end();
  }
  const service = new URL(inDatabase(url, name));
  service.username = encodeURIComponent(name);
  service.password = encodeURIComponent(password);
  const serviceUrl = service.toString();
  await requireOurs(serviceUrl, name);
  return { ownerUrl, serviceUrl, role: name };
}

/**
 * A role that was there and has another password was made by another data folder, whose keys its events need: two
 * installations in one database would write into each other's streams. So a password is never set anew.
 */
async function requireOurs(serviceUrl: string, name: string): Promise<void> {
  const service = new pg.Client({ connectionString: serviceUrl });
  try {
    await service.connect();
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== WRONG_PASSWORD) throw error;
    throw new Failed(
      `${name} on this server belongs to another data folder. ` +
        'Name another database in DATABASE_URL (its name is the prefix of theirs), or use that data folder.',
    );
  } finally {
    await service.end().catch(() => undefined);
  }
}
