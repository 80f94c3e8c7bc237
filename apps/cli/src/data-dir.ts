import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** One installation's folder, `.privity` by default. What is inside is for its owner only. */
export class DataDir {
  readonly root: string;

  constructor(path: string) {
    this.root = resolve(path);
  }

  get logs(): string {
    return join(this.root, 'logs');
  }
  get postgres(): string {
    return join(this.root, 'postgres');
  }
  get kafka(): string {
    return join(this.root, 'kafka');
  }
  /** Encrypted recordings. */
  get media(): string {
    return join(this.root, 'media');
  }
  /** Messages where there is no mail server, and calls to be placed. */
  get outbox(): string {
    return join(this.root, 'outbox');
  }
  /** Passwords of the database roles, 0600. */
  get secrets(): string {
    return join(this.root, 'secrets.json');
  }
  get lock(): string {
    return join(this.root, 'launcher.lock');
  }
  /** Where a running instance answers; gone when it is stopped. */
  get instance(): string {
    return join(this.root, 'instance.json');
  }
  /** `kafka` or `feed`: what this folder ran with last. */
  get streamKind(): string {
    return join(this.root, 'stream');
  }
  /** What the main job has played. */
  get journal(): string {
    return join(this.root, 'main-job.jsonl');
  }

  /** Process ids of the services that were started. */
  get pids(): string {
    return join(this.root, 'pids');
  }

  pidOf(name: string): string {
    return join(this.pids, `${name}.pid`);
  }

  logOf(name: string): string {
    return join(this.logs, `${name}.log`);
  }

  async create(): Promise<void> {
    await mkdir(this.root, { recursive: true, mode: 0o700 });
    await mkdir(this.logs, { recursive: true, mode: 0o700 });
    await mkdir(this.pids, { recursive: true, mode: 0o700 });
    await mkdir(this.media, { recursive: true, mode: 0o700 });
    await mkdir(this.outbox, { recursive: true, mode: 0o700 });
  }
}
