import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { startPostgres } from '@privity/one-machine';
import type { RunningPostgres } from '@privity/one-machine';
import pg from 'pg';
import { eventStoreContract, freshStore } from './contract/index.js';

let folder: string;
let server: RunningPostgres;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'privity-store-'));
  server = await startPostgres({ dataDir: join(folder, 'postgres') });
}, 60_000);
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

eventStoreContract('PostgreSQL 18 from npm', () => freshStore(server.url));

// the oldest version that is supported; comes with Debian 12
const OLDEST = process.env['PRIVITY_TEST_POSTGRES_15'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';

async function versionAt(connectionString: string): Promise<string> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
    return (await client.query<{ server_version: string }>('show server_version')).rows[0]?.server_version ?? '';
  } catch {
    return '';
  } finally {
    await client.end().catch(() => undefined);
  }
}

if ((await versionAt(OLDEST)).startsWith('15.')) {
  eventStoreContract('PostgreSQL 15', () => freshStore(OLDEST));
} else {
  describe('event store on PostgreSQL 15', () => {
    it.skip('is not reachable: set PRIVITY_TEST_POSTGRES_15 to the address of one, as superuser', () => undefined);
  });
}
