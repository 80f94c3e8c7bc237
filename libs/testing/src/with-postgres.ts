import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll } from '@jest/globals';
import {
  freshDatabase,
  inDatabase,
  startPostgres,
  type FreshDatabase,
  type RunningPostgres,
} from '@privity/one-machine';
import pg from 'pg';

/** How an app lays out its database, as `src/migrations/index.ts` exports it. */
export type Migrate = (owner: pg.Client, options: { readonly serviceRole: string }) => Promise<void>;

/** A database as the launcher makes it for a service: laid out by its owner, used by a role with few rights. */
export interface ServiceDatabase {
  readonly ownerUrl: string;
  readonly serviceUrl: string;
  readonly serviceRole: string;
}

export interface TestPostgres {
  /** Superuser; known once the tests run. */
  readonly url: string;
  /** An empty database of its own, gone after the tests. */
  fresh(): Promise<FreshDatabase>;
  /** A database with a service role, migrated. */
  forService(migrate: Migrate): Promise<ServiceDatabase>;
}

/** Real PostgreSQL for the tests of a file: one cluster in a temporary folder, as many databases as wanted. */
export function withPostgres(): TestPostgres {
  let server: RunningPostgres | undefined;
  let dataDir = '';
  const running = (): RunningPostgres => {
    if (server === undefined) throw new Error('PostgreSQL runs only while the tests of the file do');
    return server;
  };

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'privity-test-pg-'));
    server = await startPostgres({ dataDir });
  }, 60_000);
  afterAll(async () => {
    await server?.stop();
    await rm(dataDir, { recursive: true, force: true });
  }, 60_000);

  return {
    get url() {
      return running().url;
    },
    fresh: () => freshDatabase(running().url),
    forService: async (migrate) => provideDatabase(await freshDatabase(running().url), migrate),
  };
}

async function provideDatabase({ url, name }: FreshDatabase, migrate: Migrate): Promise<ServiceDatabase> {
  const serviceRole = `${name}_service`;
  const password = randomBytes(12).toString('hex');
  const owner = new pg.Client({ connectionString: url });
  await owner.connect();
  try {
    await owner.query(`create role ${pg.escapeIdentifier(serviceRole)} login password ${pg.escapeLiteral(password)}`);
    await migrate(owner, { serviceRole });
  } finally {
    await owner.end();
  }
  const service = new URL(inDatabase(url, name));
  service.username = serviceRole;
  service.password = password;
  return { ownerUrl: url, serviceUrl: service.toString(), serviceRole };
}
