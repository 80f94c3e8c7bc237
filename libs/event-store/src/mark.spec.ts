import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FileMark } from './mark.js';

describe('mark file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'privity-mark-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('remembers, for its own user only, and leaves nothing else behind', async () => {
    const path = join(folder, 'store.json');
    expect(await new FileMark(path).read()).toBeUndefined();
    const store = { identity: '7/1', heads: [{ shard: 0, position: 3, id: 'x' }] };
    await Promise.all([new FileMark(path).write(store), new FileMark(path).write(store)]);
    expect(await new FileMark(path).read()).toEqual(store);
    expect(await readdir(folder)).toEqual(['store.json']);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('keeps the furthest that any replica knew of a shard, and begins anew for another database', async () => {
    const path = join(folder, 'store.json');
    const head = (shard: number, position: number) => ({ shard, position, id: `${shard}/${position}` });
    await new FileMark(path).write({ identity: '7/1', heads: [head(0, 5), head(1, 2)] });
    // Appended elsewhere meanwhile, and opened before the other one got that far.
    await new FileMark(path).write({ identity: '7/1', heads: [head(0, 3), head(1, 4), head(2, 1)] });
    expect((await new FileMark(path).read())?.heads).toEqual([head(0, 5), head(1, 4), head(2, 1)]);
    await new FileMark(path).write({ identity: '7/1', heads: [head(0, 4)] }, true);
    expect((await new FileMark(path).read())?.heads).toEqual([head(0, 4)]);
    await new FileMark(path).write({ identity: '7/2', heads: [head(0, 1)] });
    expect(await new FileMark(path).read()).toEqual({ identity: '7/2', heads: [head(0, 1)] });
  });

  it('does not take a damaged file for a first start', async () => {
    const path = join(folder, 'store.json');
    await writeFile(path, '{"identity":');
    await expect(new FileMark(path).read()).rejects.toThrow();
  });
});
