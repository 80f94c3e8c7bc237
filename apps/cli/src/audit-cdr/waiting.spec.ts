import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from '../progress.js';
import { whileWaiting } from './waiting.js';

describe('a bar for what takes long', () => {
  /** What a progress was told. */
  const watched = () => {
    const told: (string | number)[] = [];
    const bar = (what: string, total: number) => {
      told.push(`${what} of ${total}`);
      return { to: (done: number) => void told.push(done), done: () => void told.push('done') };
    };
    return { told, progress: { bar } as unknown as Progress };
  };

  it('is not shown for what is done within two seconds', async () => {
    const { told, progress } = watched();
    expect(await whileWaiting(progress, () => 50, sleep(500, 'found'))).toBe('found');
    expect(told).toEqual([]);
  });

  it('is shown after two seconds, goes on only, and ends with what it waited for, also where that fails', async () => {
    const { told, progress } = watched();
    const answers = [30, undefined, 10, 60];
    const work = sleep(5_000).then(() => Promise.reject(new Error('broken')));
    await expect(whileWaiting(progress, () => answers.shift(), work)).rejects.toThrow('broken');
    expect(told[0]).toBe('Reading of 100');
    expect(told.slice(1, 5)).toEqual([30, 30, 30, 60]);
    expect(told.at(-1)).toBe('done');
  }, 20_000);
});
