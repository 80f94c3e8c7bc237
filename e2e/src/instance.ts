import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ConnectionOptions, PrivityClient } from '@privity/client';
import { NodeProgram, privity, root } from './node-program.js';

const run = promisify(execFile);

export interface Starting {
  /** Default: a new one, which goes with the instance. */
  readonly dataDir?: string;
  /** Default: Kafka where it can run, else the feed, as `privity start` itself decides. */
  readonly stream?: 'kafka' | 'feed';
  /** Processes each of routing, registry and recording. */
  readonly replicas?: number;
  /** Given to node before the command line's own file. */
  readonly nodeArguments?: readonly string[];
}

/** A whole Privity in processes of its own, started and asked as a user would: by its command line and its public port. */
export class PrivityInstance {
  private readonly clients: PrivityClient[] = [];

  private constructor(
    readonly dataDir: string,
    readonly url: string,
    private readonly launcher: NodeProgram,
  ) {}

  /** `variables` go to every service. @throws Error with all that it said where it does not start */
  static async start(
    variables: Readonly<Record<string, string>> = {},
    { dataDir: given, stream, replicas, nodeArguments = [] }: Starting = {},
  ): Promise<PrivityInstance> {
    const dataDir = given ?? (await mkdtemp(join(tmpdir(), 'privity-e2e-')));
    const words = [...nodeArguments, privity, 'start', '--data-dir', dataDir];
    if (stream !== undefined) words.push('--stream', stream);
    if (replicas !== undefined) words.push('--replicas', String(replicas));
    const launcher = new NodeProgram(words, { PRIVITY_HTTP_PORT: '0', ...variables });
    try {
      const [, url = ''] = await launcher.says(/answers on (http:\S+)/);
      return new PrivityInstance(dataDir, url, launcher);
    } catch (error) {
      if (given === undefined) await rm(dataDir, { recursive: true, force: true });
      throw error;
    }
  }

  /** A client signed in as this person, with a token that the command line printed. */
  async as(person: string, ...roles: string[]): Promise<PrivityClient> {
    return this.client({ token: await this.token(person, ...roles) });
  }

  /** A client of the public port, closed with the instance. */
  client(options: Omit<ConnectionOptions, 'baseUrl'>): PrivityClient {
    const client = new PrivityClient({ ...options, baseUrl: this.url });
    this.clients.push(client);
    return client;
  }

  async token(person: string, ...roles: string[]): Promise<string> {
    return (await this.command('token', person, ...roles.flatMap((role) => ['--role', role]))).trim();
  }

  /** Runs `privity` on this instance's folder. @returns what it printed @throws Error where its exit code is not 0 */
  command(...words: string[]): Promise<string> {
    return command(this.dataDir, ...words);
  }

  /** Process id of a service, to stop or kill it. */
  async pidOf(service: string): Promise<number> {
    const { stdout } = await run('ps', ['-o', 'pid=,args=', '--ppid', String(this.launcher.pid)]);
    const line = stdout.split('\n').find((text) => text.includes(`apps/${service}/dist/main.js`));
    if (line === undefined) throw new Error(`${service} does not run`);
    return Number.parseInt(line, 10);
  }

  /** Names of everything in the media folder, folders included. */
  async media(): Promise<string[]> {
    const folder = join(this.dataDir, 'media');
    return existsSync(folder) ? readdir(folder, { recursive: true }) : [];
  }

  /** The verifier key of the log, as an outsider is given it. */
  async logKey(): Promise<string> {
    return (await readFile(join(this.dataDir, 'keys/trust/log.vkey'), 'utf8')).trim();
  }

  /** Messages that wait to be taken away, and calls to be placed: their text. */
  async outbox(): Promise<string[]> {
    const folder = join(this.dataDir, 'outbox');
    const names = (await readdir(folder, { recursive: true })).filter((name) => /\.(eml|json)$/.test(name));
    return Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  }

  /** All that the services and servers wrote to their logs. */
  async logs(): Promise<string> {
    const folder = join(this.dataDir, 'logs');
    const files = await readdir(folder);
    return (await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))).join('\n');
  }

  /** As Ctrl-C does; its folder stays. Returns the exit code, at once where it ended before. */
  async end(): Promise<number | null> {
    try {
      await Promise.all(this.clients.splice(0).map((client) => client.close()));
    } finally {
      await this.launcher.stop();
    }
    return this.launcher.ended;
  }

  /** As Ctrl-C does; then nothing of it is left. Returns the exit code. */
  async stop(): Promise<number | null> {
    try {
      return await this.end();
    } finally {
      await rm(this.dataDir, { recursive: true, force: true });
    }
  }
}

/** Runs `privity` on a data folder. @returns what it printed @throws Error where its exit code is not 0 */
export async function command(dataDir: string, ...words: string[]): Promise<string> {
  const env = { ...process.env, NODE_OPTIONS: '' };
  const { stdout } = await run(process.execPath, [privity, ...words, '--data-dir', dataDir], { env, cwd: root });
  return stdout;
}
