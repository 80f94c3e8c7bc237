import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshDatabase, startPostgres } from '@privity/one-machine';
import pg from 'pg';

/** How a service lays out its database. */
type Migrate = (owner: pg.Client, options: { readonly serviceRole: string }) => Promise<void>;

/** A database as a service has it: laid out by its owner, used by a role with few rights. */
export interface BenchDatabase {
  readonly ownerUrl: string;
  readonly serviceUrl: string;
}

export interface BenchServer {
  /** Superuser. */
  readonly url: string;
  fresh(migrate?: Migrate): Promise<BenchDatabase>;
}

/** Does `work` on one PostgreSQL for all sides of a row: the one given, or one of its own with the settings of `npm start`. */
export async function withServer<T>(url: string | undefined, work: (server: BenchServer) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'privity-bench-pg-'));
  const started = url === undefined ? await startPostgres({ dataDir: folder }) : undefined;
  const server = url ?? started?.url ?? '';
  const dropping: (() => Promise<void>)[] = [];
  const fresh = async (migrate?: Migrate): Promise<BenchDatabase> => {
    const database = await freshDatabase(server);
    const role = `${database.name}_service`;
    const password = randomBytes(12).toString('hex');
    const owner = new pg.Client({ connectionString: database.url });
    await owner.connect();
    await owner.query(`create role ${pg.escapeIdentifier(role)} login password ${pg.escapeLiteral(password)}`);
    await migrate?.(owner, { serviceRole: role });
    await owner.end();
    dropping.unshift(async () => {
      await database.drop();
      const admin = new pg.Client({ connectionString: server });
      await admin.connect();
      await admin.query(`drop role if exists ${pg.escapeIdentifier(role)}`);
      await admin.end();
    });
    return {
      ownerUrl: database.url,
      serviceUrl: Object.assign(new URL(database.url), { username: role, password }).toString(),
    };
  };
  try {
    return await work({ url: server, fresh });
  } finally {
    for (const drop of dropping) await drop();
    await started?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
