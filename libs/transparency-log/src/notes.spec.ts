import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  formatVkey,
  leafHash,
  openCheckpoint,
  openNote,
  parseNote,
  parseVkey,
  signCheckpoint,
  signNote,
} from './index.js';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const origin = 'privity.example/log';
const vkey = formatVkey(origin, publicKey);

describe('signed notes', () => {
  it('verify the example of the specification', () => {
    const key = parseVkey('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k');
    const note =
      'This is an example message.\n\n' +
      '— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n';
    expect(openNote(note, key)).toBe('This is an example message.\n');
    expect(formatVkey(key.name, key.publicKey)).toContain('+530d903a+');
  });

  it('keep blank lines of the text apart from the one before the signatures', () => {
    const text = 'one\n\ntwo\n';
    expect(openNote(signNote(text, origin, privateKey), parseVkey(vkey))).toBe(text);
  });

  it('ignore signatures by others, also by another key of the same name', () => {
    const other = generateKeyPairSync('ed25519');
    const note = signNote('text\n', origin, privateKey);
    const foreign = signNote('text\n', origin, other.privateKey).split('\n\n')[1] as string;
    expect(openNote(note + foreign, parseVkey(vkey))).toBe('text\n');
    expect(parseNote(note + foreign).signatures).toHaveLength(2);
    expect(() => openNote(`text\n\n${foreign}`, parseVkey(vkey))).toThrow(
      expect.objectContaining({ code: 'note-unsigned' }),
    );
  });

  it.each([
    ['no blank line', 'text\n— a AAAAAAA=\n'],
    ['no newline at the end', 'text\n\n— a AAAAAAA='],
    ['a control character', 'te\txt\n\n— a AAAAAAA=\n'],
    ['a signature of four bytes', 'text\n\n— a AAAAAA==\n'],
    ['base64 with stray bits', 'text\n\n— a AAAAAAB=\n'],
    ['no signature at all', 'text\n\n'],
  ])('are refused with %s', (_, note) => {
    expect(() => parseNote(note)).toThrow(expect.objectContaining({ code: 'note-malformed' }));
  });

  it.each([
    ['a plus in the name', 'a+b+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'],
    ['another id', 'example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'],
    ['another algorithm', 'example.com/foo+530d903a+BOkyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'],
    ['nothing in it', ''],
  ])('have no key with %s', (_, text) => {
    expect(() => parseVkey(text)).toThrow(expect.objectContaining({ code: 'vkey-malformed' }));
  });
});

describe('checkpoints', () => {
  const root = leafHash('x');

  it('come back as signed', () => {
    expect(openCheckpoint(signCheckpoint({ origin, size: 1, root }, privateKey), vkey)).toEqual({
      origin,
      size: 1,
      root,
    });
  });

  it('are refused after any flipped bit', () => {
    const bytes = Buffer.from(signCheckpoint({ origin, size: 7, root }, privateKey));
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const copy = Buffer.from(bytes);
      copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(() => openCheckpoint(copy.toString('utf8'), vkey)).toThrow();
    }
  });

  it('of another log are refused, though signed with the key', () => {
    const note = signNote(`other.example\n1\n${root.toString('base64')}\n`, origin, privateKey);
    expect(() => openCheckpoint(note, vkey)).toThrow(expect.objectContaining({ code: 'checkpoint-malformed' }));
  });

  it.each(['01', '-1', '1e3', '', '9007199254740992'])('with size "%s" are refused', (size) => {
    const note = signNote(`${origin}\n${size}\n${root.toString('base64')}\n`, origin, privateKey);
    expect(() => openCheckpoint(note, vkey)).toThrow(expect.objectContaining({ code: 'checkpoint-malformed' }));
  });
});
