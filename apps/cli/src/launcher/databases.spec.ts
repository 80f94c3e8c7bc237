import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningPostgres, startPostgres } from '@privity/one-machine';
import { CONTEXTS } from '@privity/service/installation';
import pg from 'pg';
import { DataDir } from '../data-dir.js';
import { prefixOf, provideDatabases } from './databases.js';
import { rolePasswords } from './secrets.js';

let folder: string;
let server: RunningPostgres;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'privity-databases-'));
  server = await startPostgres({ dataDir: join(folder, 'postgres') });
}, 60_000);
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
}, 60_000);

async function connects(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    return (await client.query<{ user: string }>('select current_user as user')).rows[0]?.user ?? '';
  } finally {
    await client.end();
  }
}

describe('provideDatabases', () => {
  it('gives each service a database and a role of its own, which no other role may enter, and may be repeated', async () => {
    const passwords = await rolePasswords(new DataDir(folder));
    const first = await provideDatabases(server.url, 'privity', passwords);
    const again = await provideDatabases(server.url, 'privity', await rolePasswords(new DataDir(folder)));
    expect(again).toEqual(first);
    for (const name of CONTEXTS) expect(await connects(first[name].serviceUrl)).toBe(`privity_${name}`);
    const trespass = new URL(first.routing.serviceUrl);
    trespass.pathname = '/privity_registry';
    await expect(connects(trespass.toString())).rejects.toThrow('permission denied for database');
  }, 60_000);

  it('leaves the databases of another data folder alone, and says how to get others', async () => {
    const first = await provideDatabases(server.url, 'shared', await rolePasswords(new DataDir(folder)));
    const other = await rolePasswords(new DataDir(await mkdtemp(join(folder, 'other-'))));
    await expect(provideDatabases(server.url, 'shared', other)).rejects.toThrow(/another data folder.*DATABASE_URL/);
    expect(await connects(first.routing.serviceUrl)).toBe('shared_routing');
  }, 60_000);
});

describe('rolePasswords', () => {
  it('are for their owner only, and each another', async () => {
    const dataDir = new DataDir(folder);
    const passwords = await rolePasswords(dataDir);
    expect(new Set(Object.values(passwords)).size).toBe(CONTEXTS.length);
    expect((await stat(dataDir.secrets)).mode & 0o777).toBe(0o600);
  });
});

describe('prefixOf', () => {
  it.each([
    [undefined, 'privity'],
    ['postgres://me@db/postgres', 'privity'],
    ['postgres://me@db/county', 'county'],
  ])('of %p is %p', (url, prefix) => expect(prefixOf(url)).toBe(prefix));
});
