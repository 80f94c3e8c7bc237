import { createPublicKey, hash, type KeyObject } from 'node:crypto';
import { LogRefused } from './log-refused.js';

/** Signature type of plain Ed25519 notes (c2sp.org/signed-note). */
const ED25519 = 1;
const KEY_BYTES = 32;

/** A public key that signs notes under a name. */
export interface VerifierKey {
  readonly name: string;
  readonly keyId: number;
  readonly publicKey: KeyObject;
}

/** One-line form of a key: `<name>+<key id, 8 hex>+<base64 of type and key>`. @throws LogRefused `vkey-malformed` */
export function formatVkey(name: string, publicKey: KeyObject): string {
  const raw = rawPublicKey(publicKey);
  requireKeyName(name, 'vkey-malformed');
  const id = keyIdOf(name, raw).toString(16).padStart(8, '0');
  return `${name}+${id}+${Buffer.concat([Buffer.of(ED25519), raw]).toString('base64')}`;
}

/** Reads a one-line key and checks its id; white space around it is dropped. @throws LogRefused `vkey-malformed` */
export function parseVkey(text: string): VerifierKey {
  const [, name, id, encoded] = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text.trim()) ?? [];
  if (name === undefined || id === undefined || encoded === undefined) {
    throw new LogRefused('vkey-malformed', 'a verifier key is <name>+<8 hex>+<base64>');
  }
  requireKeyName(name, 'vkey-malformed');
  const material = decodeBase64(encoded);
  if (material?.length !== 1 + KEY_BYTES || material[0] !== ED25519) {
    throw new LogRefused('vkey-malformed', 'the verifier key is not an Ed25519 key');
  }
  const raw = material.subarray(1);
  const keyId = keyIdOf(name, raw);
  if (keyId !== parseInt(id, 16)) throw new LogRefused('vkey-malformed', 'the id of the verifier key is not its own');
  return {
    name,
    keyId,
    publicKey: createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }, format: 'jwk' }),
  };
}

/** The verifier key of a public key under a name. */
export function verifierKey(name: string, publicKey: KeyObject): VerifierKey {
  requireKeyName(name, 'vkey-malformed');
  return { name, keyId: keyIdOf(name, rawPublicKey(publicKey)), publicKey };
}

/** First four bytes, big-endian, of SHA-256(name || newline || type || key). */
function keyIdOf(name: string, raw: Uint8Array): number {
  return hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(ED25519), raw]), 'buffer').readUInt32BE();
}

function rawPublicKey(key: KeyObject): Buffer {
  if (key.type !== 'public' || key.asymmetricKeyType !== 'ed25519') {
    throw new LogRefused('vkey-malformed', 'notes are signed with Ed25519');
  }
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
}

/** A name is not empty and has neither white space nor plus. */
export function requireKeyName(name: string, code: 'vkey-malformed' | 'note-malformed'): void {
  if (name === '' || /[\s+\p{Cs}\p{Cc}]/u.test(name)) throw new LogRefused(code, 'not the name of a key');
}

/** Standard base64 in its only canonical form, or undefined. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
