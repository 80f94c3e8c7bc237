import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import type { MultipartFile } from '@fastify/multipart';
import { InvalidInput, PrivityError } from '@privity/kernel';
import type { FastifyRequest } from 'fastify';

/** An uploaded file, whole and on disk, before anything of it is read. */
export interface ReceivedImport<K extends string> {
  readonly kind: K;
  /** Which list the file is the whole of, where the sender said so. */
  readonly list?: string;
  /** Mode 0600; it holds personal data. */
  readonly path: string;
  /** SHA-256 of the file's bytes, hex: the same file again is the same import. */
  readonly digest: string;
  readonly bytes: number;
  /** Removes the file. To be called whatever became of it. */
  discard(): Promise<void>;
}

const LIST = /^[a-z0-9][a-z0-9-]{0,63}$/;
const FILE_LIMIT_BYTES = 2 * 1024 * 1024 * 1024;

/**
 * Takes the multipart body of an import: field `kind` first, perhaps `list`, then `file`, which streams to a spool file
 * while it is hashed. Nothing is kept of an upload that breaks off.
 * @throws InvalidInput naming `kind`, `list` or `file`; PrivityError `payload-too-large`
 */
export async function receiveImport<K extends string>(
  request: FastifyRequest,
  options: { readonly kinds: readonly K[]; readonly spoolDir: string },
): Promise<ReceivedImport<K>> {
  if (!request.isMultipart()) throw new InvalidInput('file', 'The body is not multipart/form-data.');
  let kind: K | undefined;
  let list: string | undefined;
  for await (const part of request.parts({ limits: { fileSize: FILE_LIMIT_BYTES, files: 1, fields: 4 } })) {
    if (part.type === 'field') {
      if (part.fieldname === 'kind') kind = options.kinds.find((known) => known === part.value);
      if (part.fieldname === 'kind' && kind === undefined) {
        throw new InvalidInput('kind', `kind must be one of ${options.kinds.join(', ')}.`);
      }
      if (part.fieldname === 'list') list = listName(part.value);
      continue;
    }
    if (kind === undefined) throw new InvalidInput('kind', 'The field kind must come before the file.');
    if (part.fieldname !== 'file') throw new InvalidInput('file', 'The file must be sent in the field file.');
    return { kind, ...(list === undefined ? {} : { list }), ...(await spool(part, options.spoolDir)) };
  }
  throw new InvalidInput('file', 'There is no file in the body.');
}

function listName(value: unknown): string {
  if (typeof value === 'string' && LIST.test(value)) return value;
  throw new InvalidInput('list', 'list must be a name of small letters, digits and hyphens, at most 64.');
}

async function spool(part: MultipartFile, spoolDir: string): Promise<Omit<ReceivedImport<string>, 'kind' | 'list'>> {
  await mkdir(spoolDir, { recursive: true, mode: 0o700 });
  const path = join(spoolDir, randomUUID());
  const discard = () => rm(path, { force: true });
  const hash = createHash('sha256');
  let bytes = 0;
  const digesting = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  try {
    await pipeline(part.file, digesting, createWriteStream(path, { mode: 0o600, flags: 'wx' }));
    if (part.file.truncated)
      throw new PrivityError('payload-too-large', 413, 'The file is too large.', { field: 'file' });
  } catch (error) {
    await discard();
    throw error;
  }
  return { path, digest: hash.digest('hex'), bytes, discard };
}
