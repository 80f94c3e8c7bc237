import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DataDir } from '../data-dir.js';

/** Largest resident memory so far, bytes, by part: `gateway`, `postgres`, `main job`. Of PostgreSQL its largest process. */
export type PeakMemory = Readonly<Record<string, number>>;

/** Peaks of one part when a tenth of the calls was played and when all were: a part that leaks shows here. */
export interface MemoryUse {
  readonly part: string;
  readonly atTenth: number;
  readonly atEnd: number;
}

/**
 * The kernel's own high-water marks, so nothing between two looks is missed. Empty where there is no /proc. A part that was
 * started again counts from its last start.
 */
export function peakMemory(dataDir: DataDir): PeakMemory {
  if (process.platform !== 'linux') return {};
  const peaks: Record<string, number> = {};
  const note = (part: string, pid: number) => {
    const peak = highWaterMark(pid);
    if (peak !== undefined) peaks[part] = Math.max(peak, peaks[part] ?? 0);
  };
  for (const file of filesIn(dataDir.pids).filter((name) => name.endsWith('.pid'))) {
    const pid = pidIn(join(dataDir.pids, file));
    if (pid !== undefined) note(file.slice(0, -'.pid'.length), pid);
  }
  const kafka = pidIn(join(dataDir.kafka, 'kafka.pid'));
  if (kafka !== undefined) note('kafka', kafka);
  const postgres = pidIn(join(dataDir.postgres, 'cluster', 'postmaster.pid'));
  if (postgres !== undefined) for (const pid of [postgres, ...childrenOf(postgres)]) note('postgres', pid);
  note('main job', process.pid);
  return peaks;
}

/** Looks twice while calls are played: hand it every count of calls done. */
export class MemoryWatch {
  #tenth: PeakMemory | undefined;

  constructor(
    private readonly look: () => PeakMemory,
    private readonly calls: number,
  ) {}

  played(done: number): void {
    if (this.#tenth === undefined && done >= this.calls / 10) this.#tenth = this.look();
  }

  /** After the last call. Parts that were not there at both moments are left out. */
  end(): MemoryUse[] {
    const end = this.look();
    return Object.entries(this.#tenth ?? {})
      .filter(([part]) => end[part] !== undefined)
      .map(([part, atTenth]) => ({ part, atTenth, atEnd: end[part] ?? 0 }))
      .sort((a, b) => (a.part < b.part ? -1 : 1));
  }
}

function highWaterMark(pid: number): number | undefined {
  const kibibytes = /^VmHWM:\s+(\d+) kB/m.exec(textOf(`/proc/${pid}/status`) ?? '')?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

/** The threads of a process list the children that each has started. */
function childrenOf(pid: number): number[] {
  const threads = filesIn(`/proc/${pid}/task`);
  return threads.flatMap((thread) =>
    (textOf(`/proc/${pid}/task/${thread}/children`) ?? '').split(' ').filter(Boolean).map(Number),
  );
}

function pidIn(file: string): number | undefined {
  const pid = Number(textOf(file)?.split('\n')[0] ?? Number.NaN);
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // A process that has ended since, or a part that this installation does not have.
    return undefined;
  }
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
