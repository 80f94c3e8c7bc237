import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { seal, unseal, type SealedValue } from '@privity/kernel';

import { KeyFileError, readMasterKey, requirePrivate, writeNewFile, type KeyEnvironment } from './key-files.js';

/** `identity` signs tokens, `registry` heartbeats, `routing` permits, `log` the transparency log's checkpoints. */
export type SigningKeyName = 'identity' | 'registry' | 'routing' | 'log';

/** The name under which the log signs its checkpoints. */
export const LOG_KEY_NAME = 'privity.local/log';

/** Makes `<folder>/<name>.private.json` (Ed25519 JWK, wrapped by the folder's master key) unless it exists. */
export function provisionSigningKey(folder: string, name: SigningKeyName, master: Buffer): KeyObject {
  const { privateKey } = generateKeyPairSync('ed25519');
  const jwk = JSON.stringify(privateKey.export({ format: 'jwk' }));
  const wrapped = seal(jwk, { kid: 'master', key: master }, `signing-key:${name}`);
  writeNewFile(privatePath(folder, name), JSON.stringify(wrapped), 0o600);
  return openSigningKey(folder, name, master);
}

/** Loads a private signing key. Works with `node:crypto` sign and with jose. @throws KeyFileError */
export function loadSigningKey(folder: string, name: SigningKeyName, env: KeyEnvironment = {}): KeyObject {
  return openSigningKey(folder, name, readMasterKey(folder, env));
}

/** Loads `<trust>/<name>.jwk`. @throws KeyFileError */
export function loadPublicKey(trustDir: string, name: Exclude<SigningKeyName, 'log'>): KeyObject {
  const path = join(trustDir, `${name}.jwk`);
  const jwk = readJson<JsonWebKey>(path);
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (error) {
    throw new KeyFileError(`${path} is not a public key`, error);
  }
  throw new KeyFileError(`${path} is not an Ed25519 key`);
}

/** Writes the public half where everybody may read it. A file that is there stays: trust is not replaced silently. */
export function publishPublicKey(trustDir: string, name: Exclude<SigningKeyName, 'log'>, key: KeyObject): void {
  const jwk = { ...createPublicKey(key).export({ format: 'jwk' }), alg: 'EdDSA', use: 'sig', kid: name };
  writeNewFile(join(trustDir, `${name}.jwk`), `${JSON.stringify(jwk)}\n`, 0o644);
}

/** Writes `log.vkey` in the form that C2SP tools take: `<name>+<8 hex key hash>+<base64(0x01 || public key)>`. */
export function publishLogKey(trustDir: string, key: KeyObject): void {
  writeNewFile(join(trustDir, 'log.vkey'), `${signedNoteKey(LOG_KEY_NAME, key)}\n`, 0o644);
}

/** C2SP signed-note: the key hash is the first four bytes of SHA-256(name || 0x0A || 0x01 || public key). */
export function signedNoteKey(name: string, key: KeyObject): string {
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  if (x === undefined) throw new KeyFileError('the log key is not an Ed25519 key');
  const typed = Buffer.concat([Buffer.of(0x01), Buffer.from(x, 'base64url')]);
  const hash = createHash('sha256').update(name).update('\n').update(typed).digest('hex').slice(0, 8);
  return `${name}+${hash}+${typed.toString('base64')}`;
}

function openSigningKey(folder: string, name: SigningKeyName, master: Buffer): KeyObject {
  const path = privatePath(folder, name);
  requirePrivate(path);
  const jwk = unseal(readJson<SealedValue>(path), master, `signing-key:${name}`);
  if (typeof jwk !== 'string') throw new KeyFileError(`${path} does not open`);
  return createPrivateKey({ key: JSON.parse(jwk), format: 'jwk' });
}

function privatePath(folder: string, name: SigningKeyName): string {
  return join(folder, `${name}.private.json`);
}

function readJson<T>(path: string): T {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch (error) {
    throw new KeyFileError(`${path} cannot be read as JSON`, error);
  }
}
