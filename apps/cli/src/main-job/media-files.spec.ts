import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mediaFiles } from './media-files.js';

describe('mediaFiles', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'privity-media-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('reads call ids from names wherever a file lies, counts unfinished ones too, and reports what is no recording', async () => {
    const recording = '0192f0c1-2a3b-8c4d-9e5f-001122334455';
    await mkdir(join(folder, 'ab', 'call-abc'), { recursive: true });
    await writeFile(join(folder, 'ab', 'call-abc', `TX01-00000001.${recording}.pvm`), '');
    await writeFile(join(folder, 'ab', `dotted.id_1.${recording}.pvm.part`), '');
    await writeFile(join(folder, 'copy.wav'), '');
    const { files, strangers } = await mediaFiles(folder);
    expect(files.map(({ callId }) => callId).sort()).toEqual(['TX01-00000001', 'dotted.id_1']);
    expect(strangers).toEqual(['copy.wav']);
  });
});
