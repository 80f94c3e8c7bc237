import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CHUNK_BYTES, mediaHeader, MediaSealer } from '@privity/recording';
import fc from 'fast-check';
import { ObjectReader } from './object-reader.js';
import { salvage } from './salvage.js';

const recording = '01890000-0000-8000-8000-0000000000aa';
const key = Buffer.alloc(32, 5);
const plain = Buffer.alloc(2 * CHUNK_BYTES + 700, 'a call');
const sealer = new MediaSealer(key, recording, Buffer.alloc(16));
const whole = Buffer.concat([mediaHeader(recording), ...sealer.push(plain), sealer.end().chunk]);
const SEALED_CHUNK = CHUNK_BYTES + 16;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'privity-salvage-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function salvaged(left: Buffer | undefined): Promise<{ sound: Buffer; object: Buffer }> {
  const path = join(folder, 'x.part');
  await rm(path, { force: true });
  if (left !== undefined) await writeFile(path, left);
  await salvage(path, recording, key);
  const object = await readFile(path);
  await salvage(path, recording, key);
  expect((await readFile(path)).equals(object)).toBe(true);
  const reader = await ObjectReader.open(path, recording, key);
  const parts: Buffer[] = [];
  for await (const part of reader.range(0, reader.bytes)) parts.push(part);
  await reader.close();
  return { sound: Buffer.concat(parts), object };
}

describe('what a crash left of an object', () => {
  it('is kept up to the last whole chunk, wherever it was torn, and salvaging twice changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), async (size) => {
        const chunks = Math.max(0, Math.floor((size - 32) / SEALED_CHUNK));
        const { sound } = await salvaged(whole.subarray(0, size));
        expect(sound.equals(plain.subarray(0, chunks * CHUNK_BYTES))).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it('stays as it is when it was whole, only unnamed', async () => {
    const { object, sound } = await salvaged(whole);
    expect(object.equals(whole)).toBe(true);
    expect(sound.equals(plain)).toBe(true);
  });

  it('is kept up to the first chunk that the disk lost', async () => {
    const holed = Buffer.from(whole);
    holed.fill(0, 32 + SEALED_CHUNK, 32 + SEALED_CHUNK + 4_096);
    expect((await salvaged(holed)).sound.equals(plain.subarray(0, CHUNK_BYTES))).toBe(true);
  });

  it('is a recording without sound when there was no file, or an empty one', async () => {
    expect((await salvaged(undefined)).sound).toHaveLength(0);
    expect((await salvaged(Buffer.alloc(0))).sound).toHaveLength(0);
  });
});
