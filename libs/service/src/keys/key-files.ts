import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import { PrivityError } from '@privity/kernel';

/** A key file or folder is missing, malformed, or open to others. Names the file's role, never its content. */
export class KeyFileError extends PrivityError {
  constructor(message: string, cause?: unknown) {
    super('key-file', 500, message, { cause });
  }
}

const MASTER_BYTES = 32;
const MASTER_VARIABLE = 'PRIVITY_MASTER_KEY';

/** Variables the key files look at: `PRIVITY_MASTER_KEY`, base64 of 32 bytes, instead of `master.key`. */
export type KeyEnvironment = Readonly<Record<string, string | undefined>>;

/** A folder that only its owner enters. */
export function createKeyFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  requirePrivate(folder);
}

/** @throws KeyFileError where group or others have any right on it. */
export function requirePrivate(path: string): void {
  const mode = statOf(path).mode & 0o777;
  if ((mode & 0o077) !== 0) {
    throw new KeyFileError(`${path} has mode 0${mode.toString(8)}: others could read it (wanted 0600, folders 0700)`);
  }
}

/** The key that wraps all others of a folder: from the environment, else `<folder>/master.key`, mode 0600. */
export function readMasterKey(folder: string, env: KeyEnvironment): Buffer {
  const given = env[MASTER_VARIABLE];
  if (given !== undefined && given !== '') {
    const key = Buffer.from(given, 'base64');
    if (key.length !== MASTER_BYTES)
      throw new KeyFileError(`${MASTER_VARIABLE} is not base64 of ${MASTER_BYTES} bytes`);
    return key;
  }
  requirePrivate(folder);
  const path = join(folder, 'master.key');
  requirePrivate(path);
  const key = readFileSync(path);
  if (key.length !== MASTER_BYTES) throw new KeyFileError(`${path} does not hold ${MASTER_BYTES} bytes`);
  return key;
}

/** Makes `master.key` unless it exists or the environment brings the key. */
export function provisionMasterKey(folder: string, env: KeyEnvironment): Buffer {
  createKeyFolder(folder);
  if (env[MASTER_VARIABLE] === undefined || env[MASTER_VARIABLE] === '') {
    writeNewFile(join(folder, 'master.key'), randomBytes(MASTER_BYTES), 0o600);
  }
  return readMasterKey(folder, env);
}

/** Writes a file that did not exist, whole or not at all. @returns false where it was there already. */
export function writeNewFile(path: string, content: string | Buffer, mode: number): boolean {
  const temporary = writeTemporary(path, content, mode);
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    unlinkSync(temporary);
  }
  syncFolder(path);
  return true;
}

/** Replaces a file whole: a crash leaves the old or the new one. */
export function replaceFile(path: string, content: string | Buffer, mode: number): void {
  renameSync(writeTemporary(path, content, mode), path);
  syncFolder(path);
}

function writeTemporary(path: string, content: string | Buffer, mode: number): string {
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const file = openSync(temporary, 'wx', mode);
  try {
    const bytes = Buffer.from(content);
    let written = 0;
    while (written < bytes.length) written += writeSync(file, bytes, written);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return temporary;
}

function syncFolder(path: string): void {
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function statOf(path: string): { mode: number } {
  try {
    return statSync(path);
  } catch (error) {
    throw new KeyFileError(`${path} cannot be read`, error);
  }
}
