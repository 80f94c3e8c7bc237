import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  checkHeader,
  CHUNK_BYTES,
  chunkSpan,
  HEADER_BYTES,
  layoutOf,
  MediaBroken,
  mediaHeader,
  openChunk,
  openEnd,
  sealChunk,
  TAG_BYTES,
} from './media-format.js';
import { MediaSealer } from './media-sealer.js';

const recording = '01890000-0000-7000-8000-0000000000aa';
const other = '01890000-0000-7000-8000-0000000000ab';
const key = Buffer.alloc(32, 7);
const salt = Buffer.alloc(16, 9);

function written(plain: Buffer, frameBytes = 160, as = recording): { object: Buffer; digest: string } {
  const sealer = new MediaSealer(key, as, salt);
  const parts = [mediaHeader(as)];
  for (let at = 0; at < plain.length; at += frameBytes) parts.push(...sealer.push(plain.subarray(at, at + frameBytes)));
  const { chunk, digest } = sealer.end();
  return { object: Buffer.concat([...parts, chunk]), digest };
}

/** Reads as playback does: the layout from the size, every chunk at its own index, the end as an end. */
function read(object: Buffer): Buffer {
  checkHeader(object.subarray(0, HEADER_BYTES), recording);
  const { chunks } = layoutOf(object.length);
  const plain: Buffer[] = [];
  for (let index = 0; index < chunks; index += 1) {
    const { offset, length } = chunkSpan(object.length, index);
    const sealed = object.subarray(offset, offset + length);
    plain.push(
      index === chunks - 1 ? openEnd(key, recording, index, sealed) : openChunk(key, recording, index, 'inner', sealed),
    );
  }
  return Buffer.concat(plain);
}

const sound = (bytes: number, seed = 1): Buffer => {
  const out = Buffer.alloc(bytes);
  for (let i = 0; i < bytes; i += 1) out[i] = (i * 31 + seed + (i >> 8)) & 0xff;
  return out;
};
const lengths = fc.oneof(
  fc.integer({ min: 0, max: 2_000 }),
  fc.integer({ min: -2, max: 2 }).map((d) => CHUNK_BYTES + d),
  fc.integer({ min: -2, max: 2 }).map((d) => 3 * CHUNK_BYTES + d),
);

describe('the vault format', () => {
  it('gives back what arrived, however it was divided into frames', () => {
    fc.assert(
      fc.property(lengths, fc.constantFrom(1_000, 160, 70_000, 200_000), (bytes, frame) => {
        const plain = sound(bytes);
        const { object, digest } = written(plain, frame);
        expect(read(object).equals(plain)).toBe(true);
        expect(layoutOf(object.length).bytes).toBe(bytes);
        expect(digest).toBe(createHash('sha256').update(salt).update(plain).digest('hex'));
      }),
      { numRuns: 40 },
    );
  });

  it('holds nothing plain, and two recordings under other ids share no bytes of a chunk', () => {
    const plain = Buffer.from('PLAINTEXT-OF-THIS-CALL'.repeat(40));
    const { object } = written(plain);
    expect(object.includes('PLAINTEXT')).toBe(false);
  });

  it('finds any flipped bit', () => {
    const { object } = written(sound(CHUNK_BYTES + 500));
    fc.assert(
      fc.property(fc.nat(object.length - 1), fc.integer({ min: 0, max: 7 }), (at, bit) => {
        const bad = Buffer.from(object);
        bad[at] = (bad[at] ?? 0) ^ (1 << bit);
        expect(() => read(bad)).toThrow(MediaBroken);
      }),
      { numRuns: 120 },
    );
  });

  it('finds any cut, also one at the edge of a chunk', () => {
    const { object } = written(sound(2 * CHUNK_BYTES + 500));
    const edge = HEADER_BYTES + CHUNK_BYTES + TAG_BYTES;
    fc.assert(
      fc.property(fc.oneof(fc.nat(object.length - 1), fc.constantFrom(0, HEADER_BYTES, edge)), (size) => {
        expect(() => read(object.subarray(0, size))).toThrow(MediaBroken);
      }),
      { numRuns: 120 },
    );
  });

  it('finds any extension, be it noise or chunks of its own', () => {
    const { object } = written(sound(CHUNK_BYTES));
    const own = object.subarray(HEADER_BYTES);
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 400 }), fc.constant(own)), (more) => {
        expect(() => read(Buffer.concat([object, more]))).toThrow(MediaBroken);
      }),
      { numRuns: 60 },
    );
  });

  it('finds chunks swapped, replayed, or taken from another recording under the same key', () => {
    const step = CHUNK_BYTES + TAG_BYTES;
    const chunkOf = (object: Buffer, index: number) =>
      object.subarray(HEADER_BYTES + index * step, HEADER_BYTES + (index + 1) * step);
    const { object } = written(sound(4 * CHUNK_BYTES));
    const foreign = written(sound(4 * CHUNK_BYTES), 160, other).object;
    fc.assert(
      fc.property(fc.nat(3), fc.nat(3), fc.boolean(), (to, from, mine) => {
        fc.pre(!mine || to !== from);
        const bad = Buffer.from(object);
        chunkOf(mine ? object : foreign, from).copy(bad, HEADER_BYTES + to * step);
        expect(() => read(bad)).toThrow(MediaBroken);
      }),
      { numRuns: 30 },
    );
  });

  it('refuses the header of another recording or version', () => {
    const { object } = written(sound(100));
    expect(() => checkHeader(object.subarray(0, HEADER_BYTES), other)).toThrow(MediaBroken);
    const newer = Buffer.from(object);
    newer[7] = 2;
    expect(() => read(newer)).toThrow(MediaBroken);
  });

  it('opens any chunk alone', () => {
    const plain = sound(3 * CHUNK_BYTES + 10);
    const { object } = written(plain);
    const { offset, length } = chunkSpan(object.length, 2);
    const chunk = openChunk(key, recording, 2, 'inner', object.subarray(offset, offset + length));
    expect(chunk.equals(plain.subarray(2 * CHUNK_BYTES, 3 * CHUNK_BYTES))).toBe(true);
  });

  it('reads, after a crash, up to the last whole chunk once recovery has put the closing chunk behind it', () => {
    fc.assert(
      fc.property(fc.integer({ min: HEADER_BYTES, max: 2 * CHUNK_BYTES + 400 }), (size) => {
        const plain = sound(2 * CHUNK_BYTES + 500);
        const torn = written(plain).object.subarray(0, size);
        const whole = Math.floor((size - HEADER_BYTES) / (CHUNK_BYTES + TAG_BYTES));
        const kept = torn.subarray(0, HEADER_BYTES + whole * (CHUNK_BYTES + TAG_BYTES));
        const closing = sealChunk(key, recording, whole, 'closing', Buffer.alloc(0));
        expect(read(Buffer.concat([kept, closing])).equals(plain.subarray(0, whole * CHUNK_BYTES))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});
