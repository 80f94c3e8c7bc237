import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, startChild, stopOrphan } from '@privity/one-machine';
import type { DataDir } from '../data-dir.js';
import { Failed } from '../failures.js';
import { REPOSITORY } from '../repository.js';

/** A service or server of this instance. */
export interface Part {
  readonly name: string;
  readonly logFile: string;
  readonly exited: Promise<void>;
  stop(): Promise<void>;
}

// What a child may inherit. DATABASE_URL, the owner's way in, is not among it.
const INHERITED = [
  'PATH',
  'HOME',
  'TMPDIR',
  'LANG',
  'NODE_EXTRA_CA_CERTS',
  'PRIVITY_MASTER_KEY',
  'PRIVITY_STALENESS_MS',
  'PRIVITY_CALL_RING_LIMIT_MS',
  'PRIVITY_CALL_END_MARGIN_MS',
  'PRIVITY_PROBING_PER_HOUR',
  'PRIVITY_ATTEST_EVERY_MS',
  'PRIVITY_KAFKA_REPLICAS',
  'PRIVITY_REGISTRY_ESCALATION_EVERY_MS',
  'PRIVITY_REGISTRATIONS_PER_HOUR',
  'PRIVITY_REGISTRATION_DUE_DAYS',
  'PRIVITY_ATTESTATION_DAYS',
  'PRIVITY_PROXY_HOPS',
];

export type Variables = Readonly<Record<string, string | undefined>>;

/** For the registry alone: the mail server's address holds a password. */
export function mailVariables(): Variables {
  const { SMTP_URL, PRIVITY_REGISTRY_OFFICE } = process.env;
  return { SMTP_URL, PRIVITY_REGISTRY_OFFICE };
}

export function childEnvironment(own: Variables): NodeJS.ProcessEnv {
  const inherited = INHERITED.map((name) => [name, process.env[name]] as const);
  const all = [...inherited, ['TZ', 'UTC'] as const, ...Object.entries(own)];
  return Object.fromEntries(all.filter((entry) => entry[1] !== undefined && entry[1] !== ''));
}

/** Most of what a request leaves behind dies young: with more room for it, a busy routing decides 8 % more calls. */
const ROOM_FOR_YOUNG = '--max-semi-space-size=32';

export function entryPoint(app: string, file: string): string {
  return join(REPOSITORY, 'apps', app, 'dist', file);
}

/** A service that was started; `well` settles when it says so itself, or rejects with its last words. */
export interface ServicePart extends Part {
  readonly well: Promise<void>;
}

/** Starts `apps/<app>/dist/main.js` as a process of its own. @param name the app's, or that of one of its replicas */
export async function startService(
  app: string,
  name: string,
  url: string,
  dataDir: DataDir,
  env: Variables,
): Promise<ServicePart> {
  // npm run dev: node itself starts the service again when its code, or that of a library, was compiled anew.
  const watch = process.env['PRIVITY_WATCH'] === '1' ? ['--watch', '--watch-preserve-output'] : [];
  const logFile = dataDir.logOf(name);
  // The service does not read the folder's name: it tells whose process this is.
  const command = [...watch, ROOM_FOR_YOUNG, '--enable-source-maps', entryPoint(app, 'main.js'), dataDir.root];
  const child = await startNode(command, logFile, env);
  await writeFile(dataDir.pidOf(name), `${child.pid}\n`, { mode: 0o600 });
  const well = becomeHealthy(name, `${url}/health`, child).catch(async (error: unknown) => {
    throw error instanceof Failed ? new Failed(`${error.message}${await lastLines(logFile)}`) : error;
  });
  return { name, logFile, exited: child.exited, stop: () => child.stop('SIGTERM', 20_000), well };
}

/**
 * A launcher that was killed leaves services that are still ending what they had begun: a recorder finishes its files.
 * They are waited for, so that no two ever do it at once.
 */
export async function stopLeftovers(dataDir: DataDir): Promise<void> {
  const files = (await readdir(dataDir.pids).catch(() => [])).filter((file) => file.endsWith('.pid'));
  await Promise.all(files.map((file) => stopOrphan(join(dataDir.pids, file), `\0${dataDir.root}\0`, 'SIGTERM')));
}

/** Runs `apps/<name>/dist/<file>` to its end. */
export async function runToEnd(name: string, file: string, logFile: string, env: Variables): Promise<void> {
  const child = await startNode(['--enable-source-maps', entryPoint(name, file)], logFile, env);
  await child.exited;
  if (child.process.exitCode !== 0) {
    throw new Failed(`${name}: ${file} failed with exit ${child.process.exitCode ?? 1}.${await lastLines(logFile)}`);
  }
}

/** The end of a log, for a message on the screen. */
export async function lastLines(logFile: string, count = 5): Promise<string> {
  const lines = (await readFile(logFile, 'utf8').catch(() => '')).trimEnd().split('\n').slice(-count);
  return `\n  ${lines.join('\n  ')}\n  Its log: ${logFile}`;
}

function startNode(command: readonly string[], logFile: string, env: Variables): Promise<Child> {
  return startChild([process.execPath, ...command], {
    logFile,
    cwd: REPOSITORY,
    env: childEnvironment(env),
    exitSignal: 'SIGTERM',
    channel: true,
  });
}

async function becomeHealthy(name: string, url: string, child: Child): Promise<void> {
  let last = 'no answer';
  for (const deadline = Date.now() + 90_000; Date.now() < deadline; await sleep(100)) {
    if (!child.isRunning()) throw new Failed(`${name} ended while it was starting.`);
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
    if (answer?.ok) return;
    if (!answer) continue;
    const said = await answer.text().catch(() => '');
    last = `${answer.status} ${said}`.slice(0, 300);
    // No waiting helps here, only a person. A store says itself what to do.
    if (said.includes('restored from an older copy')) throw new Failed(`${name} must not go on: ${last}`);
    if (/"the (log is|tiles do not) /.test(said)) {
      throw new Failed(`${name} must not go on: ${last}\nWhat to do: docs/operations.md, "Backup".`);
    }
  }
  throw new Failed(`${name} was not well within 90 s (${last}).`);
}
