import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, startChild } from '@privity/one-machine';
import { DataDir } from '../data-dir.js';
import { stopLeftovers } from './processes.js';

// A service takes a moment to end what it had begun.
const SERVICE =
  "process.on('SIGTERM', () => setTimeout(process.exit, 700)); console.log('up'); setInterval(() => {}, 99)";

(process.platform === 'linux' ? describe : describe.skip)('what a killed launcher left running', () => {
  let dataDir: DataDir;
  const children: Child[] = [];
  beforeEach(async () => {
    dataDir = new DataDir(await mkdtemp(join(tmpdir(), 'privity-leftovers-')));
    await dataDir.create();
  });
  afterEach(async () => {
    await Promise.all(children.splice(0).map((child) => child.stop('SIGKILL', 1_000)));
    await rm(dataDir.root, { recursive: true });
  });

  const leave = async (name: string, folder: string): Promise<Child> => {
    const logFile = dataDir.logOf(name);
    const command = [process.execPath, '-e', SERVICE, folder];
    const child = await startChild(command, { logFile, cwd: dataDir.root, env: {}, exitSignal: 'SIGKILL' });
    children.push(child);
    await writeFile(dataDir.pidOf(name), `${child.pid}\n`);
    while (!(await readFile(logFile, 'utf8')).includes('up')) await sleep(20);
    return child;
  };

  it('is waited for until it is gone, so that no two recorders finish the same file', async () => {
    const left = [await leave('recording', dataDir.root), await leave('audit', dataDir.root)];
    expect(left.map((child) => child.isRunning())).toEqual([true, true]);
    const begun = performance.now();
    await stopLeftovers(dataDir);
    expect(performance.now() - begun).toBeGreaterThan(600);
    expect(await readdir(dataDir.pids)).toEqual([]);
    await Promise.all(left.map((child) => child.exited));
  }, 30_000);

  it('is told from a process that got its number, and from one of a folder whose name begins alike', async () => {
    const stranger = await leave('recording', `${dataDir.root}-2`);
    await stopLeftovers(dataDir);
    expect(stranger.isRunning()).toBe(true);
    expect(stranger.process.signalCode).toBeNull();
  }, 30_000);
});
