import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { keyFolders, loadSigningKey, type Role, signToken } from '@privity/service/installation';
import { type ConnectionOptions, PrivityClient } from '@privity/client';
import type { DataDir } from '../data-dir.js';
import { WrongUse } from '../failures.js';
import { startInstance } from './instance.js';
import { runningLauncher } from './lock.js';
import { lastStream } from './stream.js';

/** What a command needs of an instance, whether this process started it or another. */
export interface Reached {
  readonly url: string;
  readonly stream: 'kafka' | 'feed';
}

/** What a running instance says of itself in `instance.json`. */
export interface RunningInstance extends Reached {
  readonly pid: number;
  readonly brokers: readonly string[];
  /** The owner's way into the database. */
  readonly databaseUrl: string;
}

/** The running instance of a data folder. */
export async function findRunning(dataDir: DataDir): Promise<RunningInstance | undefined> {
  const pid = await runningLauncher(dataDir);
  if (pid === undefined) return undefined;
  const text = await readFile(dataDir.instance, 'utf8').catch(() => undefined);
  const written = text === undefined ? undefined : (JSON.parse(text) as RunningInstance);
  return written?.pid === pid ? written : undefined;
}

/** Does `work` with the running instance, or starts one for it and stops it again. */
export async function withInstance<T>(dataDir: DataDir, work: (instance: Reached) => Promise<T>): Promise<T> {
  const running = await findRunning(dataDir);
  if (running) return work(running);
  requireKeys(dataDir);
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const stream = await lastStream(dataDir);
  const instance = await startInstance({ dataDir, httpPort: 0, say, ...(stream === undefined ? {} : { stream }) });
  const stop = () => void instance.stop().then(() => process.exit(1));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    return await Promise.race([work(instance), instance.broken]);
  } finally {
    process.removeListener('SIGINT', stop).removeListener('SIGTERM', stop);
    await instance.stop();
  }
}

/** A token for the public port, signed by the identity key of this data folder. */
export async function makeToken(
  dataDir: DataDir,
  person: { subject: string; roles: readonly Role[]; facility?: string; ttlSeconds?: number },
): Promise<string> {
  requireKeys(dataDir);
  const key = loadSigningKey(keyFolders(dataDir.root).identity, 'identity', process.env);
  return signToken(key, { ttlSeconds: 8 * 3600, ...person });
}

/** A client of the public port with a token of its own for these roles. */
export async function clientFor(
  dataDir: DataDir,
  url: string,
  subject: string,
  roles: readonly Role[],
  options: Pick<ConnectionOptions, 'connections' | 'attempts'> = {},
): Promise<PrivityClient> {
  const token = await makeToken(dataDir, { subject, roles });
  return new PrivityClient({ connections: 8, ...options, baseUrl: url, token });
}

/** @throws WrongUse where Privity was never started on this folder */
export function requireKeys(dataDir: DataDir): void {
  if (existsSync(keyFolders(dataDir.root).identity)) return;
  throw new WrongUse(
    `There is no Privity in ${dataDir.root} yet. Start it with: npx privity start --data-dir ${dataDir.root}`,
  );
}
