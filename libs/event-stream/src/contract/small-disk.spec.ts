import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SmallDisk } from './small-disk.js';

(SmallDisk.allowed ? describe : describe.skip)('a small disk (needs Linux and root, to mount one)', () => {
  let parent: string;
  let disk: SmallDisk;
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'privity-small-'));
    disk = new SmallDisk(join(parent, 'disk'), 2);
  });
  afterAll(async () => {
    disk?.unmount();
    await rm(parent, { recursive: true, force: true });
  });

  const write = (bytes: number) => writeFile(join(disk.folder, 'file'), Buffer.alloc(bytes, 1));

  it('has no room once it is filled, as much as was left, and all of it again when it is freed', async () => {
    await disk.fill();
    await expect(write(1)).rejects.toMatchObject({ code: 'ENOSPC' });
    await disk.free();
    await disk.fill(8_192);
    await write(4_096);
    await expect(write(65_536)).rejects.toMatchObject({ code: 'ENOSPC' });
    await disk.free();
    await write(1_048_576);
  });

  it('leaves nothing when it is unmounted, once or twice', async () => {
    disk.unmount();
    expect(await readdir(disk.folder)).toEqual([]);
    expect(() => disk.unmount()).not.toThrow();
  });
});
