import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, startChild } from '@privity/one-machine';
import type { Failed } from '../failures.js';
import { KeptPart, type StartedPart } from './kept-part.js';

let folder: string;
let logFile: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'privity-kept-part-'));
  logFile = join(folder, 'part.log');
});
afterAll(() => rm(folder, { recursive: true }));

describe('a part that is kept running', () => {
  let children: Child[];
  let said: string[];
  let givenUp: Failed[];
  beforeEach(() => {
    [children, said, givenUp] = [[], [], []];
  });

  /** A process that runs until it is killed, or a program of its own. */
  const started = async (program = 'setInterval(() => {}, 1000)'): Promise<StartedPart> => {
    const command = [process.execPath, '-e', program];
    const child = await startChild(command, { logFile, cwd: folder, env: {}, exitSignal: 'SIGKILL' });
    children.push(child);
    return { name: 'part', logFile, exited: child.exited, stop: () => child.stop('SIGTERM', 5_000) };
  };
  const keptBy = (start: () => Promise<StartedPart>, foundation?: () => Promise<unknown>) =>
    new KeptPart({
      name: 'part',
      start,
      say: (line) => said.push(line),
      giveUp: (why) => givenUp.push(why),
      ...(foundation ? { foundation } : {}),
    });
  const until = async (holds: () => boolean) => {
    for (const deadline = Date.now() + 20_000; !holds();) {
      if (Date.now() > deadline) throw new Error('not within 20 s');
      await sleep(20);
    }
  };

  it('is started again when it is killed, once what it stands on is there, and ends when it is stopped', async () => {
    let release = (): void => undefined;
    const there = new Promise<void>((resolve) => (release = resolve));
    const part = keptBy(started, () => there);
    await part.start();
    process.kill(children[0]?.pid ?? 0, 'SIGKILL');
    await until(() => said.length === 1);
    await sleep(200);
    expect(children).toHaveLength(1);
    release();
    await until(() => children.length === 2);
    await part.settled();
    expect(said[0]).toContain('ended unexpectedly and is started again');
    await part.stop();
    expect(children.map((child) => child.isRunning())).toEqual([false, false]);
    await sleep(200);
    expect(children).toHaveLength(2);
    expect(givenUp).toEqual([]);
  }, 30_000);

  it('stops although what it stands on never comes back', async () => {
    const part = keptBy(started, () => new Promise(() => undefined));
    await part.start();
    process.kill(children[0]?.pid ?? 0, 'SIGKILL');
    await until(() => said.length === 1);
    await part.stop();
    expect(children).toHaveLength(1);
    expect(givenUp).toEqual([]);
  }, 10_000);

  it('is given up when it ends five times within a minute, with its last words', async () => {
    const part = keptBy(() => started('console.error("no more"); process.exitCode = 3'));
    await part.start();
    await until(() => givenUp.length > 0);
    expect(children).toHaveLength(5);
    expect(givenUp[0]?.message).toMatch(/part ended 5 times within a minute; Privity stops\.[^]*no more/);
    await part.stop();
  }, 30_000);

  it('is given up when it cannot be started again, or what waits for it says that only a person can help', async () => {
    let attempt = 0;
    const absent = keptBy(() => (++attempt === 1 ? started() : Promise.reject(new Error('its port is taken'))));
    await absent.start();
    children[0]?.process.kill('SIGKILL');
    await until(() => givenUp.length === 1);
    expect(givenUp[0]?.message).toBe('part could not be started again; Privity stops. its port is taken');

    const unwell = keptBy(async () => ({
      ...(await started()),
      well: children.length === 3 ? Promise.reject(new Error('restored from an older copy')) : Promise.resolve(),
    }));
    await unwell.start();
    children[1]?.process.kill('SIGKILL');
    await until(() => givenUp.length === 2);
    expect(givenUp[1]?.message).toContain('restored from an older copy');
    await unwell.stop();
    expect(children.every((child) => !child.isRunning())).toBe(true);
  }, 30_000);

  it('that is given time is tried again as often as it ends or does not start, and said so once', async () => {
    let attempt = 0;
    const part = new KeptPart({
      name: 'part',
      start: () => (++attempt % 3 === 0 ? started() : Promise.reject(new Error('no space left'))),
      patienceMs: 60_000,
      say: (line) => said.push(line),
      giveUp: (why) => givenUp.push(why),
    });
    part.keep(await started());
    children[0]?.process.kill('SIGKILL');
    await until(() => children.length === 2);
    expect(said).toEqual([
      expect.stringContaining('ended unexpectedly'),
      'part cannot be started, and is tried again. no space left',
    ]);
    expect(givenUp).toEqual([]);
    await part.stop();
    expect(children.map((child) => child.isRunning())).toEqual([false, false]);
  }, 30_000);

  it('is not kept when it does not even start well', async () => {
    const part = keptBy(async () => ({ ...(await started()), well: Promise.reject(new Error('no key')) }));
    await expect(part.start()).rejects.toThrow('no key');
    await part.stop();
    expect(said).toEqual([]);
    expect(children.map((child) => child.isRunning())).toEqual([false]);
  }, 30_000);
});
