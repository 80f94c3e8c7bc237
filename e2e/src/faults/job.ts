import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StreamKind } from './plan.js';

const root = join(import.meta.dirname, '../../..');

/** What `--json` of the main job writes, as far as it is compared. */
export interface Report {
  readonly calls: number;
  readonly denied: number;
  readonly notConnected: number;
  readonly connected: number;
  readonly recorded: number;
  readonly protectedRecorded: number;
  readonly events: number;
  readonly eventsInLog: number;
  readonly eventsByType: Readonly<Record<string, number>>;
  readonly replayed: number;
  readonly replayMismatches: number;
  readonly audioBytesSent: number;
  readonly audioBytesDecrypted: number;
  readonly differences: readonly { readonly callId: string; readonly decision: string; readonly reason: string }[];
  readonly wrong: readonly string[];
}

/** What the last job on a data folder left, if it came to its end. */
export async function readReport(dataDir: string): Promise<Report | undefined> {
  const text = await readFile(reportOf(dataDir), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Report);
}

function reportOf(dataDir: string): string {
  return `${dataDir}.json`;
}

export interface JobOptions {
  readonly dataDir: string;
  readonly stream: StreamKind;
  readonly calls: number;
  readonly stalenessMs: number;
}

/** The main job as a person runs it, `privity start --samples … --exit`, in processes of its own. */
export class Job {
  /** What it wrote to the screen. */
  said = '';
  private readonly process: ChildProcess;
  private code: number | null | undefined;
  private readonly exited: Promise<void>;

  constructor(private readonly options: JobOptions) {
    const { dataDir, stream, calls, stalenessMs } = options;
    const command = ['start', '--samples', 'samples/legacy-export', '--exit', '--stream', stream];
    const own = ['--calls', String(calls), '--data-dir', dataDir, '--json', reportOf(dataDir)];
    const env = { ...process.env, NODE_OPTIONS: '', PRIVITY_HTTP_PORT: '0', PRIVITY_STALENESS_MS: String(stalenessMs) };
    const args = [join(root, 'apps/cli/bin/privity.js'), ...command, ...own];
    this.process = spawn(process.execPath, args, { cwd: root, env });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.on('data', (text: Buffer) => (this.said += text.toString()));
    }
    this.exited = new Promise((resolve) =>
      this.process.once('exit', (code) => {
        this.code = code;
        resolve();
      }),
    );
  }

  get isRunning(): boolean {
    return this.code === undefined;
  }

  /** How many calls its journal has as played, over all attempts. */
  callsPlayed(): number {
    try {
      return readFileSync(join(this.options.dataDir, 'main-job.jsonl'), 'utf8').split('{"played":').length - 1;
    } catch {
      return 0;
    }
  }

  /** Resolves when it is gone, however it went. */
  ended(): Promise<void> {
    return this.exited;
  }

  /** @throws Error with its last words where it left no report */
  async result(): Promise<Report> {
    await this.exited;
    const report = await readReport(this.options.dataDir);
    if (report !== undefined) return report;
    throw new Error(`the main job ended with ${String(this.code)} and no report:\n${this.lastWords()}`);
  }

  lastWords(): string {
    return this.said.split('\n').slice(-15).join('\n');
  }

  /** As Ctrl-C does. */
  async stop(): Promise<void> {
    if (this.isRunning) this.process.kill('SIGINT');
    await this.exited;
  }
}
