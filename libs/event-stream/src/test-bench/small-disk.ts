import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MIB = 1024 * 1024;

/** A file system of so many MiB in memory, mounted at `folder`. */
export interface SmallDisk {
  readonly folder: string;
  /** Takes all the room that is left. */
  fill(): Promise<void>;
  /** Gives back what `fill` took. */
  free(): Promise<void>;
  unmount(): void;
}

/** Needs Linux and root. Throws where either is missing. */
export function smallDisk(mebibytes: number): SmallDisk {
  const parent = mkdtempSync(join(tmpdir(), 'privity-disk-'));
  const folder = join(parent, 'disk');
  const ballast = join(folder, 'ballast');
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    rmSync(parent, { recursive: true });
    throw error;
  }
  return {
    folder,
    fill: async () => {
      const file = await open(ballast, 'a');
      try {
        for (const size of [MIB, 4096]) {
          const block = Buffer.alloc(size, 1);
          while ((await file.write(block).catch(full)) !== undefined);
        }
      } finally {
        await file.close();
      }
    },
    free: () => rm(ballast, { force: true }),
    unmount: () => {
      execFileSync('umount', ['-l', folder]);
      rmSync(parent, { recursive: true });
    },
  };
}

/** Whether `smallDisk` works here. */
export function hasSmallDisks(): boolean {
  try {
    smallDisk(1).unmount();
    return true;
  } catch {
    return false;
  }
}

function full(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOSPC') throw error;
}
