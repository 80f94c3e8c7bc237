import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { LogRefused } from './log-refused.js';
import { decodeBase64, requireKeyName, verifierKey, type VerifierKey } from './verifier-key.js';

export interface NoteSignature {
  readonly name: string;
  readonly keyId: number;
  readonly signature: Buffer;
}

/** A note taken apart; nothing in it is believed yet. */
export interface Note {
  /** Ends in a newline; this is what is signed. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** More than any honest note has: 16 is what every verifier must accept. */
const MOST_SIGNATURES = 100;
const SIGNATURE_LINE = /^— ([^ ]+) ([A-Za-z0-9+/]+=*)$/;

/** Signs a text ending in a newline with an Ed25519 private key (c2sp.org/signed-note). */
export function signNote(text: string, name: string, privateKey: KeyObject): string {
  requireNoteText(text);
  const { keyId } = verifierKey(name, createPublicKey(privateKey));
  const id = Buffer.alloc(4);
  id.writeUInt32BE(keyId);
  const signature = Buffer.concat([id, sign(null, Buffer.from(text), privateKey)]);
  return `${text}\n— ${name} ${signature.toString('base64')}\n`;
}

/** Takes a note apart without believing it. @throws LogRefused `note-malformed` */
export function parseNote(note: string): Note {
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n'))
    throw new LogRefused('note-malformed', 'a note is text, a blank line, signatures');
  const text = note.slice(0, split + 1);
  requireNoteText(text);
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > MOST_SIGNATURES) throw new LogRefused('note-malformed', `more than ${MOST_SIGNATURES} signatures`);
  return { text, signatures: lines.map(parseSignature) };
}

function parseSignature(line: string): NoteSignature {
  const [, name, encoded] = SIGNATURE_LINE.exec(line) ?? [];
  const bytes = encoded === undefined ? undefined : decodeBase64(encoded);
  if (name === undefined || bytes === undefined || bytes.length < 5) {
    throw new LogRefused('note-malformed', 'a signature line is "— <name> <base64>"');
  }
  requireKeyName(name, 'note-malformed');
  return { name, keyId: bytes.readUInt32BE(), signature: bytes.subarray(4) };
}

/**
 * The text of a note signed by `key`. Signatures by other keys are ignored, as the format demands.
 * @throws LogRefused `note-malformed`, `note-unsigned` (no signature by this key), `signature-invalid`
 */
export function openNote(note: string, key: VerifierKey): string {
  const { text, signatures } = parseNote(note);
  const own = signatures.filter(({ name, keyId }) => name === key.name && keyId === key.keyId);
  if (own.length === 0) throw new LogRefused('note-unsigned', `the note is not signed by ${key.name}`);
  for (const { signature } of own) {
    if (!verify(null, Buffer.from(text), key.publicKey, signature)) {
      throw new LogRefused('signature-invalid', `the signature by ${key.name} does not fit the text`);
    }
  }
  return text;
}

/** Well-formed Unicode, no control characters but newline, a newline at the end. */
function requireNoteText(text: string): void {
  if (!text.endsWith('\n') || /\p{Cs}/u.test(text) || [...text].some((c) => c < ' ' && c !== '\n')) {
    throw new LogRefused('note-malformed', 'the text of a note is lines of well-formed Unicode');
  }
}
