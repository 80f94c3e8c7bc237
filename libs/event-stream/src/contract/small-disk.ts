import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of so many MiB in memory, mounted where something will write. Linux, as root: nobody else may mount. */
export class SmallDisk {
  private readonly ballast: string;
  private mounted = true;

  constructor(
    readonly folder: string,
    mebibytes: number,
  ) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=0700`, 'tmpfs', folder], { stdio: 'pipe' });
    // PostgreSQL makes its cluster in a folder that is empty but for a file of this name.
    this.ballast = join(folder, 'lost+found');
  }

  /** Whether this machine lets us. */
  static get allowed(): boolean {
    if (process.platform !== 'linux') return false;
    const folder = mkdtempSync(join(tmpdir(), 'privity-mount-'));
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status === 0;
    if (mounted) execFileSync('umount', [folder]);
    rmSync(folder, { recursive: true });
    return mounted;
  }

  /** Takes all the room there is, or all but so many bytes; may be repeated as room comes free. */
  async fill(leaving = 0): Promise<void> {
    const file = await open(this.ballast, 'a');
    try {
      for (const size of [1_048_576, 4_096]) {
        const block = Buffer.alloc(size, 1);
        while (await file.write(block).then(() => true, isFull));
      }
      await file.truncate(Math.max(0, (await file.stat()).size - leaving));
    } finally {
      await file.close();
    }
  }

  async free(): Promise<void> {
    await rm(this.ballast, { force: true });
  }

  unmount(): void {
    if (this.mounted) execFileSync('umount', ['-l', this.folder]);
    this.mounted = false;
  }
}

function isFull(error: NodeJS.ErrnoException): false {
  if (error.code !== 'ENOSPC') throw error;
  return false;
}
