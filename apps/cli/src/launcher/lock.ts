import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import type { DataDir } from '../data-dir.js';
import { Failed } from '../failures.js';

interface Holder {
  readonly pid: number;
  /** Tells a process from a later one with the same number; empty where the system does not say. */
  readonly born: string;
}

/** Held by the one launcher of a data folder. */
export interface Lock {
  release(): Promise<void>;
}

/** @throws Failed naming the process that runs this data folder already */
export async function takeLock(dataDir: DataDir): Promise<Lock> {
  const mine: Holder = { pid: process.pid, born: await bornAt(process.pid) };
  const draft = `${dataDir.lock}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 20; attempt++) {
      // A link is made whole or not at all, so nobody ever reads half a lock.
      const taken = await link(draft, dataDir.lock).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'EEXIST') return false;
          throw error;
        },
      );
      if (taken) return { release: () => rm(dataDir.lock, { force: true }) };
      const holder = await holderOf(dataDir);
      if (holder !== undefined && (await isAlive(holder))) {
        throw new Failed(
          `Privity already runs on ${dataDir.root} (process ${holder.pid}). Stop it with: npx privity stop`,
        );
      }
      await removeStale(dataDir, draft);
    }
  } finally {
    await unlink(draft);
  }
  throw new Failed(`${dataDir.lock} changes hands all the time: other launchers are starting on the same folder`);
}

/** Process id of the launcher that runs this data folder. */
export async function runningLauncher(dataDir: DataDir): Promise<number | undefined> {
  const holder = await holderOf(dataDir);
  return holder !== undefined && (await isAlive(holder)) ? holder.pid : undefined;
}

async function removeStale(dataDir: DataDir, draft: string): Promise<void> {
  const aside = `${draft}.stale`;
  await rename(dataDir.lock, aside).catch(() => undefined);
  const moved = await readHolder(aside);
  // Another launcher replaced the stale lock in between: give it back.
  if (moved !== undefined && (await isAlive(moved))) await link(aside, dataDir.lock).catch(() => undefined);
  await rm(aside, { force: true });
}

function holderOf(dataDir: DataDir): Promise<Holder | undefined> {
  return readHolder(dataDir.lock);
}

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

async function isAlive({ pid, born }: Holder): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return (await bornAt(pid)) === born;
}

/**
 * Start time in clock ticks since boot (proc(5), field 22). One that is dead and was not yet asked after has none: in a
 * container without an init nobody ever asks.
 */
async function bornAt(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? 'dead' : (fields[19] ?? '');
}
