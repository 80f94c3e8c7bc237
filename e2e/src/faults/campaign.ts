import { execFile } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type FaultyRun, runWithFaults } from './faulty-run.js';
import { broken, requireClean, uncleanness } from './holding.js';
import { Job, type JobOptions, readReport, type Report, reportOf } from './job.js';
import type { Plan, StreamKind } from './plan.js';

export interface Outcome {
  readonly plan: Plan;
  /** Absent where it did not come to its end. */
  readonly run?: FaultyRun;
  /** Empty: it holds. */
  readonly wrong: readonly string[];
  /** Kept for whoever looks for the cause, where something is wrong. */
  readonly dataDir: string;
}

/** Runs of one stream and one number of calls, each held against the same clean run. */
export class Campaign {
  private constructor(
    private readonly folder: string,
    private readonly imported: string | undefined,
    readonly clean: Report,
  ) {}

  /**
   * Imports once, and plays the calls once with nothing killed. What an earlier campaign left of it in the folder is
   * taken as it is if it is clean, and done again otherwise: what is wrong itself measures nothing.
   * @param play the main job, to its report @throws Error where the clean run is not clean
   */
  static async prepare(folder: string, stream: StreamKind, calls: number, play = playing): Promise<Campaign> {
    await mkdir(folder, { recursive: true });
    const imported = join(folder, `imported-${stream}`);
    const cleanRun = { dataDir: join(folder, `clean-${stream}-${calls}`), stream, calls, stalenessMs: 10_000 };
    const known = await cleanReport(cleanRun.dataDir);
    if (known !== undefined) return new Campaign(folder, imported, known);
    if ((await cleanReport(imported)) === undefined) {
      await discard(imported);
      requireClean(await play({ ...cleanRun, dataDir: imported, calls: 1 }));
    }
    await discard(cleanRun.dataDir);
    await copy(imported, cleanRun.dataDir);
    const clean = await play(cleanRun);
    requireClean(clean);
    await rm(cleanRun.dataDir, { recursive: true });
    return new Campaign(folder, imported, clean);
  }

  /** Held against the clean run of another stream, which comes to the same; each run imports for itself. */
  static against(folder: string, clean: Report): Campaign {
    return new Campaign(folder, undefined, clean);
  }

  async run(plan: Plan): Promise<Outcome> {
    const dataDir = join(this.folder, `${plan.stream}-${plan.seed}`);
    // Who is killed while lists are imported begins with none.
    await discard(dataDir);
    const empty = plan.kills.some(({ afterCalls }) => afterCalls === 0);
    if (!empty && this.imported !== undefined) await copy(this.imported, dataDir);
    try {
      const run = await runWithFaults(plan, dataDir);
      const wrong = broken(plan, run, this.clean);
      if (wrong.length === 0) await rm(dataDir, { recursive: true });
      return { plan, run, wrong, dataDir };
    } catch (error) {
      return { plan, wrong: [error instanceof Error ? error.message : String(error)], dataDir };
    }
  }
}

/** What an earlier run left, unless something is wrong with it. */
async function cleanReport(dataDir: string): Promise<Report | undefined> {
  const report = await readReport(dataDir);
  return report !== undefined && uncleanness(report).length === 0 ? report : undefined;
}

async function discard(dataDir: string): Promise<void> {
  for (const left of [dataDir, reportOf(dataDir)]) await rm(left, { recursive: true, force: true });
}

const playing = (options: JobOptions): Promise<Report> => new Job(options).result();

/** With its owners: PostgreSQL has one of its own where Privity is started as root. */
async function copy(from: string, to: string): Promise<void> {
  await promisify(execFile)('cp', ['-a', from, to]);
}
