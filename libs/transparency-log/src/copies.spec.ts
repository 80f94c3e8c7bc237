import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  CompactTree,
  allTiles,
  decodeBundle,
  encodeBundle,
  formatTlogProof,
  formatVkey,
  leafHash,
  nodeHash,
  parseTilePath,
  parseTlogProof,
  signCheckpoint,
  tilePath,
  verifyLog,
  verifyTlogProof,
} from './index.js';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const origin = 'privity.example/log';
const vkey = formatVkey(origin, publicKey);

describe('tlog-proof', () => {
  const [a, b, c] = ['first', 'second', 'third'].map((entry) => leafHash(entry)) as [Buffer, Buffer, Buffer];
  const checkpoint = signCheckpoint({ origin, size: 3, root: nodeHash(nodeHash(a, b), c) }, privateKey);
  const text = formatTlogProof({ index: 1, hashes: [a, c], checkpoint });

  it('has the text of the specification', () => {
    expect(text).toBe(
      `c2sp.org/tlog-proof@v1\nindex 1\n${a.toString('base64')}\n${c.toString('base64')}\n\n${checkpoint}`,
    );
    expect(parseTlogProof(text)).toEqual({ index: 1, hashes: [a, c], checkpoint });
    const extra = Buffer.from('more');
    expect(parseTlogProof(formatTlogProof({ extra, index: 0, hashes: [], checkpoint }))).toEqual({
      extra,
      index: 0,
      hashes: [],
      checkpoint,
    });
  });

  it('proves the entry and no other', () => {
    expect(verifyTlogProof(text, 'second', vkey)).toMatchObject({ origin, index: 1, size: 3 });
    expect(() => verifyTlogProof(text, 'third', vkey)).toThrow(expect.objectContaining({ code: 'root-mismatch' }));
    const stranger = formatVkey(origin, generateKeyPairSync('ed25519').publicKey);
    expect(() => verifyTlogProof(text, 'second', stranger)).toThrow(expect.objectContaining({ code: 'note-unsigned' }));
  });

  it('is refused after any flipped bit', () => {
    const bytes = Buffer.from(text);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const copy = Buffer.from(bytes);
      copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(() => verifyTlogProof(copy.toString('utf8'), 'second', vkey)).toThrow();
    }
  });

  it.each(['index 01', 'index -1', 'index', 'index 1.5'])('is refused with "%s"', (line) => {
    expect(() => parseTlogProof(text.replace('index 1', line))).toThrow(
      expect.objectContaining({ code: 'proof-malformed' }),
    );
  });
});

describe('entry bundles and paths', () => {
  it('give back the entries', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 }), (entries) => {
        expect(decodeBundle(encodeBundle(entries))).toEqual(entries.map((entry) => Buffer.from(entry)));
      }),
    );
    expect(encodeBundle(['é'])).toEqual(Buffer.from([0, 2, 0xc3, 0xa9]));
  });

  it('refuse what breaks off and what is too long', () => {
    const bundle = encodeBundle(['abc', 'de']);
    expect(() => decodeBundle(bundle.subarray(0, -1))).toThrow(expect.objectContaining({ code: 'bundle-malformed' }));
    expect(() => decodeBundle(bundle.subarray(0, 6))).toThrow(expect.objectContaining({ code: 'bundle-malformed' }));
    expect(() => encodeBundle([Buffer.alloc(65_536)])).toThrow(expect.objectContaining({ code: 'entry-too-long' }));
  });

  it('are the paths of tlog-tiles', () => {
    expect(tilePath({ level: 0, index: 1_234_067, width: 256 })).toBe('0/x001/x234/067');
    expect(tilePath({ level: 'entries', index: 5, width: 17 })).toBe('entries/005.p/17');
    fc.assert(
      fc.property(fc.nat(63), fc.maxSafeNat(), fc.integer({ min: 1, max: 256 }), (level, index, width) => {
        expect(parseTilePath(tilePath({ level, index, width }))).toEqual({ level, index, width });
      }),
    );
  });

  it.each([
    '0/5',
    '00/005',
    '64/005',
    '0/x000/005',
    '0/005.p/256',
    '0/005.p/0',
    '0/005.p/08',
    '0/../005',
    'entries',
    '0/1234',
  ])('refuse "%s"', (path) =>
    expect(() => parseTilePath(path)).toThrow(expect.objectContaining({ code: 'tile-path' })),
  );

  it('list what 70,000 entries are served as', () => {
    const counts = new Map<string, number>();
    for (const { level } of allTiles(70_000)) counts.set(String(level), (counts.get(String(level)) ?? 0) + 1);
    expect(Object.fromEntries(counts)).toEqual({ entries: 274, '0': 274, '1': 2, '2': 1 });
  });
});

describe('a whole log', () => {
  const entries = Array.from({ length: 600 }, (_, i) => `entry ${i}`);
  const bundles = [0, 256, 512].map((at) => encodeBundle(entries.slice(at, at + 256)));
  const tree = new CompactTree();
  entries.slice(0, 550).forEach((entry) => tree.append(leafHash(entry)));
  const checkpoint = signCheckpoint({ origin, size: 550, root: tree.root() }, privateKey);

  it('is recomputed from its bytes, up to the signed size', async () => {
    const seen: number[] = [];
    const verified = await verifyLog({ checkpoint, vkey, bundles, onEntry: (_, index) => seen.push(index) });
    expect(verified).toMatchObject({ origin, size: 550, rootOk: true });
    expect(seen).toHaveLength(550);
  });

  it('shows one changed byte', async () => {
    const changed = bundles.map((bundle) => Buffer.from(bundle));
    (changed[1] as Buffer)[105] = 0x21;
    expect(await verifyLog({ checkpoint, vkey, bundles: changed })).toMatchObject({ rootOk: false });
  });

  it('with entries missing is refused', async () => {
    await expect(verifyLog({ checkpoint, vkey, bundles: bundles.slice(0, 2) })).rejects.toMatchObject({
      code: 'log-incomplete',
    });
  });
});
