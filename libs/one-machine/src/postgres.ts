import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Account, accountFor } from './account.js';
import { type Child, run, startChild, stopOrphan } from './child.js';
import { freePort } from './loopback-port.js';
import { MachineProblem } from './machine-problem.js';
import { postgresBinaries } from './postgres-binaries.js';

export interface RunningPostgres {
  /** Superuser, database `postgres`. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly logFile: string;
  /** Settles when the server is gone, asked for or not. */
  readonly exited: Promise<void>;
  /** Fast shutdown: open transactions are rolled back, everything committed is on disk. */
  stop(): Promise<void>;
}

const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=300',
  'timezone=UTC',
  'log_timezone=UTC',
];

const LEFTOVER_ATTEMPTS = 40;
const LEFTOVER_RETRY_MS = 500;

/**
 * Starts PostgreSQL from npm on 127.0.0.1, with its data in `dataDir` (made at first start). Only who knows the random
 * password in `<dataDir>/password` (0600) gets in. Starts again on data that a crash left behind.
 * @param options.port a free one when not given
 * @param options.logFile default `<dataDir>/postgres.log`
 * @throws MachineProblem
 */
export async function startPostgres(options: {
  dataDir: string;
  port?: number;
  logFile?: string;
}): Promise<RunningPostgres> {
  const dataDir = resolve(options.dataDir);
  const binaries = await postgresBinaries();
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const account = await accountFor([binaries.postgres, dataDir]);
  if (account.owner) await chown(dataDir, account.owner.uid, account.owner.gid);
  await chmod(dataDir, 0o700);
  const logFile = resolve(options.logFile ?? join(dataDir, 'postgres.log'));
  const cluster = join(dataDir, 'cluster');
  const password = await ensureCluster(dataDir, cluster, binaries.initdb, account);
  await stopOrphan(join(cluster, 'postmaster.pid'), cluster, 'SIGINT');
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
    const settings = [...SETTINGS, `port=${port}`].flatMap((setting) => ['-c', setting]);
    const logged = await sizeOf(logFile);
    const server = await startChild(account.as([binaries.postgres, '-D', cluster, ...settings]), {
      logFile,
      cwd: dataDir,
      exitSignal: 'SIGINT',
      ...account.spawning,
    });
    if (await answers(url, server)) {
      return {
        url,
        port,
        pid: server.pid,
        logFile,
        exited: server.exited,
        stop: () => server.stop('SIGINT', 30_000),
      };
    }
    await server.stop('SIGINT', 10_000);
    const said = (await readFile(logFile, 'utf8').catch(() => '')).slice(logged);
    // Somebody took the free port first: take another one.
    if (options.port === undefined && attempt < 5 && said.includes('could not bind')) continue;
    // Of a server that was killed, a process that served somebody is still ending.
    if (attempt < LEFTOVER_ATTEMPTS && said.includes('shared memory block')) {
      await sleep(LEFTOVER_RETRY_MS);
      continue;
    }
    throw new MachineProblem('postgres-failed', `PostgreSQL did not start: ${lastWords(said)} (log: ${logFile})`);
  }
}

async function ensureCluster(dataDir: string, cluster: string, initdb: string, account: Account): Promise<string> {
  const passwordFile = join(dataDir, 'password');
  const known = await readFile(passwordFile, 'utf8').catch(() => undefined);
  if (known !== undefined && (await sizeOf(join(cluster, 'PG_VERSION'))) > 0) return known.trim();
  const password = randomBytes(24).toString('base64url');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  const half = join(dataDir, 'cluster.unfinished');
  await rm(half, { recursive: true, force: true });
  await mkdir(half, { mode: 0o700 });
  if (account.owner) {
    for (const path of [passwordFile, half]) await chown(path, account.owner.uid, account.owner.gid);
  }
  const made = await run(
    account.as([
      initdb,
      `--pgdata=${half}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ]),
    { cwd: dataDir, ...account.spawning },
  );
  if (made.code !== 0) {
    throw new MachineProblem('postgres-failed', `PostgreSQL could not make its data folder: ${lastWords(made.stderr)}`);
  }
  // Only a finished cluster gets the name that later starts trust.
  await rename(half, cluster);
  return password;
}

async function answers(url: string, server: Child): Promise<boolean> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline && server.isRunning();) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    const connected = await client.connect().then(
      () => true,
      () => false,
    );
    await client.end().catch(() => undefined);
    // Another server may answer on a port lost in a race; ours is then gone.
    if (connected) return server.isRunning();
    await sleep(50);
  }
  return false;
}

function lastWords(output: string): string {
  const lines = output
    .trim()
    .split('\n')
    .filter((line) => line !== '');
  return lines.findLast((line) => /FATAL|error/i.test(line)) ?? lines.at(-1) ?? 'it said nothing';
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}
