import { setTimeout as sleep } from 'node:timers/promises';
import { Job, type JobOptions, type Report } from './job.js';
import type { Kill, Plan } from './plan.js';
import { Processes } from './processes.js';

/** A kill as it happened. */
export interface Killed extends Kill {
  readonly pids: readonly number[];
  /** Calls that the journal had as played just before. */
  readonly played: number;
}

export interface FaultyRun {
  readonly kills: readonly Killed[];
  readonly report: Report;
  readonly seconds: number;
}

const LIMIT_MS = 600_000;
const LOOK_EVERY_MS = 5;

/**
 * Plays the main job while its processes are killed as planned. A launcher that was killed is started again by hand, as
 * a person would; all else is for the launcher.
 * @throws Error where a victim does not run at its moment, or the job does not come to its end
 */
export async function runWithFaults(plan: Plan, dataDir: string): Promise<FaultyRun> {
  const { stream, calls, stalenessMs } = plan;
  const options: JobOptions = { dataDir, stream, calls, stalenessMs };
  const processes = new Processes(dataDir);
  const begun = performance.now();
  const deadline = Date.now() + LIMIT_MS;
  const kills: Killed[] = [];
  let job = new Job(options);
  try {
    for (const kill of plan.kills) {
      await reach(kill, () => job, deadline);
      const pids = await victims(kill, processes, () => job, deadline);
      const played = job.callsPlayed();
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      kills.push({ ...kill, pids, played });
      if (kill.victim !== 'launcher' && kill.victim !== 'everything') continue;
      await job.ended();
      job = new Job(options);
    }
    await Promise.race([job.ended(), sleep(Math.max(0, deadline - Date.now()), undefined, { ref: false })]);
    if (job.isRunning) throw new Error(`the main job did not end within ${LIMIT_MS / 1000} s:\n${job.lastWords()}`);
    return { kills, report: await job.result(), seconds: Math.round((performance.now() - begun) / 100) / 10 };
  } finally {
    await job.stop();
  }
}

async function reach({ afterCalls, thenMs }: Kill, job: () => Job, deadline: number): Promise<void> {
  // One that was started again may have played as many before: what dies while it starts is a start that failed.
  const there = () =>
    afterCalls === 0
      ? job().said.includes('Importing')
      : job().callsPlayed() >= afterCalls && job().said.includes('Playing calls');
  await until('its moment', there, job, deadline);
  await sleep(thenMs);
}

/** One of its replicas, or all processes. */
async function victims({ victim }: Kill, processes: Processes, job: () => Job, deadline: number): Promise<number[]> {
  let pids: number[] = [];
  await until(`${victim} to run`, () => (pids = processes.of(victim)).length > 0, job, deadline);
  return victim === 'everything' ? pids : pids.slice(0, 1);
}

async function until(what: string, holds: () => boolean, job: () => Job, deadline: number): Promise<void> {
  while (!holds()) {
    if (!job().isRunning) throw new Error(`the main job ended before ${what}:\n${job().lastWords()}`);
    if (Date.now() > deadline) throw new Error(`${what}: not within ${LIMIT_MS / 1000} s:\n${job().lastWords()}`);
    await sleep(LOOK_EVERY_MS);
  }
}
