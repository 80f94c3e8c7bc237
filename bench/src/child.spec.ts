import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { forkChild, type ToldChild } from './child.js';

interface Said {
  readonly pid?: number;
  readonly twice?: number;
}

describe('a process of the bench', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'privity-bench-child-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  let programs = 0;
  const forked = async (code: string): Promise<ToldChild<Said>> => {
    const file = join(folder, `${(programs += 1)}.mjs`);
    await writeFile(file, code);
    return forkChild<Said>(pathToFileURL(file), [], []);
  };
  const DOUBLES = `process.on('message', ({ n }) => process.send({ twice: 2 * n })); process.send({ pid: process.pid });`;

  it('answers what it is told, and is gone when it is let go', async () => {
    const child = await forked(DOUBLES);
    await child.said();
    const answer = child.said();
    child.tell({ n: 21 });
    expect(await answer).toEqual({ twice: 42 });
    await child.stop();
    expect(child.isRunning).toBe(false);
  });

  it('that ends without a word fails whoever waits for one, then and later', async () => {
    const child = await forked('process.exit(3)');
    await expect(child.said()).rejects.toThrow('a process of the bench ended with 3');
    await expect(child.said()).rejects.toThrow('a process of the bench ended with 3');
  });

  it('that a signal ended fails whoever waits, and is stopped at once', async () => {
    const child = await forked(DOUBLES);
    const { pid = 0 } = await child.said();
    const answer = child.said();
    process.kill(pid, 'SIGKILL');
    await expect(answer).rejects.toThrow('a process of the bench ended with SIGKILL');
    expect(child.isRunning).toBe(false);
    await child.stop();
    await child.kill();
  });
});
