import { startPostgres } from '@privity/one-machine';
import type { DataDir } from '../data-dir.js';
import { prefixOf, provideDatabases, type ServiceDatabases } from './databases.js';
import { takeLock } from './lock.js';
import { type Part, stopLeftovers } from './processes.js';
import { findRunning, requireKeys } from './running.js';
import { rolePasswords } from './secrets.js';
import { lastStream, provideStream, startLocalKafka, type Stream } from './stream.js';

/** What services stand on. */
export interface Servers {
  /** The owner's way in. */
  readonly databaseUrl: string;
  readonly stream: Pick<Stream, 'kind' | 'brokers'>;
}

/**
 * Starts the database and the stream, unless they are given by DATABASE_URL and KAFKA_BROKERS.
 * @param started told of each server as soon as it runs, so that it is stopped whatever happens next; `again` starts it
 * on the same data where clients look for it
 */
export async function startServers(
  dataDir: DataDir,
  asked: 'kafka' | 'feed' | undefined,
  say: (line: string) => void,
  started: (part: Part, again: () => Promise<Part>) => void,
): Promise<Servers> {
  const given = process.env['DATABASE_URL'];
  const database = async () => {
    if (given !== undefined && given !== '') return given;
    const options = { dataDir: dataDir.postgres, logFile: dataDir.logOf('postgres') };
    const server = await startPostgres(options);
    const again = async () => ({ name: 'postgres', ...(await startPostgres({ ...options, port: server.port })) });
    started({ name: 'postgres', ...server }, again);
    return server.url;
  };
  const stream = async () => {
    const provided = await provideStream(asked, dataDir, say);
    if (provided.started) {
      const { port } = provided.started;
      const again = async () => ({ name: 'kafka', ...(await startLocalKafka(dataDir, port)) });
      started({ name: 'kafka', ...provided.started }, again);
    }
    return provided;
  };
  // Both settle before a failure is passed on: nothing is left starting behind our back.
  const [url, kind] = await Promise.allSettled([database(), stream()]);
  if (url.status === 'rejected') throw url.reason;
  if (kind.status === 'rejected') throw kind.reason;
  return { databaseUrl: url.value, stream: kind.value };
}

/** Does `work` with the databases and the stream of a data folder, whether its instance runs or not. */
export async function withServers<T>(
  dataDir: DataDir,
  work: (servers: Servers & { readonly databases: ServiceDatabases; readonly running: boolean }) => Promise<T>,
): Promise<T> {
  requireKeys(dataDir);
  const prefix = prefixOf(process.env['DATABASE_URL']);
  const running = await findRunning(dataDir);
  if (running) {
    const { databaseUrl, stream: kind, brokers } = running;
    const databases = await provideDatabases(databaseUrl, prefix, await rolePasswords(dataDir));
    return work({ databaseUrl, stream: { kind, brokers }, databases, running: true });
  }
  const lock = await takeLock(dataDir);
  const parts: Part[] = [];
  try {
    await stopLeftovers(dataDir);
    const say = (line: string) => void process.stderr.write(`${line}\n`);
    const servers = await startServers(dataDir, await lastStream(dataDir), say, (part) => parts.push(part));
    const databases = await provideDatabases(servers.databaseUrl, prefix, await rolePasswords(dataDir));
    return await work({ ...servers, databases, running: false });
  } finally {
    await Promise.all(parts.map((part) => part.stop()));
    await lock.release();
  }
}
