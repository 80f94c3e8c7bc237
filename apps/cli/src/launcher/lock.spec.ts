import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataDir } from '../data-dir.js';
import { runningLauncher, takeLock } from './lock.js';

describe('the lock of a data folder', () => {
  let dataDir: DataDir;
  beforeEach(async () => {
    dataDir = new DataDir(await mkdtemp(join(tmpdir(), 'privity-lock-')));
  });
  afterEach(() => rm(dataDir.root, { recursive: true }));

  it('is held by one launcher, who is named to the second, and is free again when released', async () => {
    const lock = await takeLock(dataDir);
    await expect(takeLock(dataDir)).rejects.toThrow(`(process ${process.pid}). Stop it with: npx privity stop`);
    expect(await runningLauncher(dataDir)).toBe(process.pid);
    await lock.release();
    expect(await runningLauncher(dataDir)).toBeUndefined();
    await (await takeLock(dataDir)).release();
    expect(await readdir(dataDir.root)).toEqual([]);
  });

  it('goes to exactly one of several who ask at once, also over a lock that a crash left', async () => {
    await writeFile(dataDir.lock, JSON.stringify({ pid: 999_999_999, born: '1' }));
    const asked = await Promise.allSettled([1, 2, 3, 4].map(() => takeLock(dataDir)));
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is not taken for held by a later process that got the same number', async () => {
    await writeFile(dataDir.lock, JSON.stringify({ pid: process.pid, born: 'another time' }));
    expect(await runningLauncher(dataDir)).toBeUndefined();
    await (await takeLock(dataDir)).release();
    expect(existsSync(dataDir.lock)).toBe(false);
  });

  (process.platform === 'linux' ? it : it.skip)(
    'is free when its launcher is dead, though nobody reaped it',
    async () => {
      // `exec` leaves the first sleep a child of the second, which never asks after it.
      const parent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 30'], { stdio: ['ignore', 'pipe', 'ignore'] });
      const [line] = (await once(parent.stdout, 'data')) as [Buffer];
      const pid = Number(line.toString());
      const stat = () =>
        readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /, '')
          .split(' ');
      await writeFile(dataDir.lock, JSON.stringify({ pid, born: stat()[19] }));
      expect(await runningLauncher(dataDir)).toBe(pid);
      while (stat()[0] !== 'Z') await new Promise((resolve) => setTimeout(resolve, 20));
      expect(await runningLauncher(dataDir)).toBeUndefined();
      await (await takeLock(dataDir)).release();
      parent.kill();
    },
  );
});
