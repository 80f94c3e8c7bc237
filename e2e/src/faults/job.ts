import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NodeProgram, privity } from '../node-program.js';
import type { StreamKind } from './plan.js';

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

/** Where the report of the job on a data folder lies. */
export function reportOf(dataDir: string): string {
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
  private readonly program: NodeProgram;

  constructor(private readonly options: JobOptions) {
    const { dataDir, stream, calls, stalenessMs } = options;
    const command = [privity, 'start', '--samples', 'samples/legacy-export', '--exit', '--stream', stream];
    const own = ['--calls', String(calls), '--data-dir', dataDir, '--json', reportOf(dataDir)];
    const variables = { PRIVITY_HTTP_PORT: '0', PRIVITY_STALENESS_MS: String(stalenessMs) };
    this.program = new NodeProgram([...command, ...own], variables);
  }

  /** What it wrote to the screen. */
  get said(): string {
    return this.program.said;
  }

  get isRunning(): boolean {
    return this.program.isRunning;
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
  async ended(): Promise<void> {
    await this.program.ended;
  }

  /** @throws Error with its last words where it left no report */
  async result(): Promise<Report> {
    const code = await this.program.ended;
    const report = await readReport(this.options.dataDir);
    if (report !== undefined) return report;
    throw new Error(`the main job ended with ${code} and no report:\n${this.lastWords()}`);
  }

  lastWords(): string {
    return this.said.split('\n').slice(-15).join('\n');
  }

  /** As Ctrl-C does. */
  async stop(): Promise<void> {
    await this.program.stop();
  }
}
