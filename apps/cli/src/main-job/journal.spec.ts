import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Journal, type PlayedCall } from './journal.js';

describe('Journal', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'privity-journal-'));
    path = join(folder, 'main-job.jsonl');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const recorded: PlayedCall = { callId: 'a', outcome: 'connected', decision: 'd', recording: 'r', bytes: 16_000 };

  it('remembers across runs what was played and what was only begun', () => {
    const first = new Journal(path);
    first.bindTo('x');
    first.begin('a');
    first.finish(recorded);
    first.begin('b');
    first.close();
    const second = new Journal(path);
    second.bindTo('x');
    expect(second.played('a')).toEqual(recorded);
    expect(second.wasBegun('a')).toBe(false);
    expect(second.wasBegun('b')).toBe(true);
    expect(second.played('b')).toBeUndefined();
    second.close();
  });

  it('drops the half line that a crash left, and stays readable', async () => {
    const first = new Journal(path);
    first.begin('a');
    first.close();
    await appendFile(path, '{"played":{"callId":"a","outc');
    const second = new Journal(path);
    expect(second.wasBegun('a')).toBe(true);
    second.finish(recorded);
    second.close();
    expect((await readFile(path, 'utf8')).trim().split('\n')).toHaveLength(2);
    const third = new Journal(path);
    expect(third.played('a')).toEqual(recorded);
    third.close();
  });

  it('refuses another export on the same data', () => {
    const journal = new Journal(path);
    journal.bindTo('x');
    expect(() => journal.bindTo('y')).toThrow('another --data-dir');
    journal.close();
  });
});
