import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PrivityClient } from '@privity/client';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const privity = join(root, 'apps/cli/bin/privity.js');

/** A whole Privity in processes of its own, started and asked as a user would: by its command line and its public port. */
export class PrivityInstance {
  private readonly clients: PrivityClient[] = [];

  private constructor(
    readonly dataDir: string,
    readonly url: string,
    private readonly launcher: ChildProcess,
  ) {}

  /** Kafka where it can run, else the feed, as `privity start` itself decides. `variables` go to every service. */
  static async start(variables: Readonly<Record<string, string>> = {}): Promise<PrivityInstance> {
    const dataDir = await mkdtemp(join(tmpdir(), 'privity-e2e-'));
    const env = { ...process.env, NODE_OPTIONS: '', PRIVITY_HTTP_PORT: '0', ...variables };
    const launcher = spawn(process.execPath, [privity, 'start', '--data-dir', dataDir], { env, cwd: root });
    let said = '';
    for (const stream of [launcher.stdout, launcher.stderr])
      stream.on('data', (text: Buffer) => (said += text.toString()));
    const url = await new Promise<string>((resolve, reject) => {
      launcher.once('exit', (code) => reject(new Error(`privity start ended with ${code}: ${said}`)));
      launcher.stdout.on('data', () => {
        const [, answering] = /answers on (http:\S+)/.exec(said) ?? [];
        if (answering !== undefined) resolve(answering);
      });
    });
    return new PrivityInstance(dataDir, url, launcher);
  }

  /** A client signed in as this person, with a token that the command line printed. */
  async as(person: string, ...roles: string[]): Promise<PrivityClient> {
    const named = roles.flatMap((role) => ['--role', role]);
    const env = { ...process.env, NODE_OPTIONS: '' };
    const { stdout } = await run(process.execPath, [privity, 'token', person, ...named, '--data-dir', this.dataDir], {
      env,
    });
    const client = new PrivityClient({ baseUrl: this.url, token: stdout.trim() });
    this.clients.push(client);
    return client;
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

  /** All that the services and servers wrote to their logs. */
  async logs(): Promise<string> {
    const folder = join(this.dataDir, 'logs');
    const files = await readdir(folder);
    return (await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))).join('\n');
  }

  /** As Ctrl-C does; then nothing of it is left. Returns the exit code. */
  async stop(): Promise<number | null> {
    await Promise.all(this.clients.map((client) => client.close()));
    const ended = new Promise<number | null>((resolve) => this.launcher.once('exit', resolve));
    this.launcher.kill('SIGINT');
    const code = await ended;
    await rm(this.dataDir, { recursive: true, force: true });
    return code;
  }
}
