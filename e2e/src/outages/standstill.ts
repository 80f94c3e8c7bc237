import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Stops processes as a debugger or a frozen machine does, and lets them go on afterwards whatever happens. */
export async function standingStill<T>(pids: readonly number[], meanwhile: () => Promise<T>): Promise<T> {
  try {
    for (const pid of pids) signal(pid, 'SIGSTOP');
    return await meanwhile();
  } finally {
    for (const pid of pids) signal(pid, 'SIGCONT');
  }
}

/** One of several that serve a pool may have ended since they were counted. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Waits until this long after `since` (milliseconds of `performance.now`). */
export function until(since: number, ms: number): Promise<void> {
  return sleep(Math.max(0, since + ms - performance.now()));
}

/** PostgreSQL's own processes that serve a database. */
export function backendsOf(postmaster: number, database: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === postmaster && serves(name, database))
    .map(Number);
}

function parentOf(pid: string): number {
  const stat = read(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

function serves(pid: string, database: string): boolean {
  return read(`/proc/${pid}/cmdline`).includes(` ${database} ${database} `);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
