import { afterAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createDatabase, freshDatabase } from './databases.js';
import { type RunningPostgres, startPostgres } from './postgres.js';

const folders: string[] = [];
/** Closed to everybody but its owner, as `mktemp -d` makes them: the server's account cannot walk through by itself. */
async function closedFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'privity-pg-'));
  folders.push(folder);
  return folder;
}
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('startPostgres', () => {
  it('runs two side by side, each durable, on loopback only and behind a password', async () => {
    const [a, b] = [join(await closedFolder(), 'pg'), join(await closedFolder(), 'pg')];
    const servers = await Promise.all([startPostgres({ dataDir: a }), startPostgres({ dataDir: b })]);
    try {
      expect(servers[0].port).not.toBe(servers[1].port);
      expect(await query(servers[0].url, 'SHOW fsync')).toEqual([{ fsync: 'on' }]);
      expect(await query(servers[0].url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
      const withoutPassword = servers[0].url.replace(/:[^:@]*@/, ':wrong@');
      await expect(query(withoutPassword, 'SELECT 1')).rejects.toThrow('password authentication failed');
      expect((await stat(join(a, 'password'))).mode & 0o777).toBe(0o600);
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
    }
    await expect(query(servers[0].url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
  }, 60_000);

  it('starts again on its data after a clean stop, and after a kill that left its pid file', async () => {
    const dataDir = join(await closedFolder(), 'pg');
    let server = await startPostgres({ dataDir });
    await query(server.url, 'CREATE TABLE kept (n int)');
    await query(server.url, 'INSERT INTO kept VALUES (1)');
    await server.stop();
    expect(existsSync(join(dataDir, 'cluster', 'postmaster.pid'))).toBe(false);
    server = await startPostgres({ dataDir });
    await query(server.url, 'INSERT INTO kept VALUES (2)');
    process.kill(server.pid, 'SIGKILL');
    await server.exited;
    expect(existsSync(join(dataDir, 'cluster', 'postmaster.pid'))).toBe(true);
    server = await startPostgres({ dataDir });
    try {
      expect(await query(server.url, 'SELECT n FROM kept ORDER BY n')).toEqual([{ n: 1 }, { n: 2 }]);
    } finally {
      await server.stop();
    }
  }, 60_000);

  it('waits for what still ends of a server that was killed, and lets no two work on its data', async () => {
    const dataDir = join(await closedFolder(), 'pg');
    const killed = await startPostgres({ dataDir });
    const client = new pg.Client({ connectionString: killed.url });
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const backend = rows[0]?.pid ?? 0;
    process.kill(backend, 'SIGSTOP');
    process.kill(killed.pid, 'SIGKILL');
    await killed.exited;
    let there = false;
    const starting = startPostgres({ dataDir }).finally(() => (there = true));
    try {
      await sleep(3_000);
      expect(there).toBe(false);
    } finally {
      process.kill(backend, 'SIGCONT');
    }
    const server = await starting;
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await server.stop();
  }, 60_000);

  it('takes the data over from a server whose launcher was killed', async () => {
    const dataDir = join(await closedFolder(), 'pg');
    const first = await startPostgres({ dataDir });
    let second: RunningPostgres | undefined;
    try {
      second = await startPostgres({ dataDir });
      await first.exited;
      expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    } finally {
      await second?.stop();
      await first.stop();
    }
  }, 60_000);

  it('dies with its parent, even when that is killed', async () => {
    const dataDir = join(await closedFolder(), 'pg');
    const parent = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { startPostgres } from '@privity/one-machine';
         const server = await startPostgres({ dataDir: ${JSON.stringify(dataDir)} });
         console.log(server.pid); setInterval(() => undefined, 1000);`,
      ],
      { cwd: import.meta.dirname, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const pid = await new Promise<number>((resolve) => {
      parent.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString('utf8'))));
    });
    parent.kill('SIGKILL');
    for (let waited = 0; waited < 100 && existsSync(`/proc/${pid}`); waited++) await sleep(100);
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  }, 60_000);
});

describe('databases', () => {
  it('makes a database once, and fresh ones that leave nothing behind', async () => {
    const server = await startPostgres({ dataDir: join(await closedFolder(), 'pg') });
    try {
      const url = await createDatabase(server.url, 'kept');
      await query(url, 'CREATE TABLE there (n int)');
      expect(await createDatabase(server.url, 'kept')).toBe(url);
      expect(await query(url, 'SELECT count(*)::int AS n FROM there')).toEqual([{ n: 0 }]);
      const fresh = await freshDatabase(server.url);
      const idle = new pg.Client({ connectionString: fresh.url });
      idle.on('error', () => undefined);
      await idle.connect();
      await fresh.drop();
      expect(await query(server.url, `SELECT 1 FROM pg_database WHERE datname = '${fresh.name}'`)).toEqual([]);
    } finally {
      await server.stop();
    }
    expect(await readFile(server.logFile, 'utf8')).not.toContain(new URL(server.url).password);
  }, 60_000);
});
