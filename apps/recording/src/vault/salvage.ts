import { open, type FileHandle } from 'node:fs/promises';
import {
  checkHeader,
  chunkSpan,
  endOf,
  HEADER_BYTES,
  mediaHeader,
  MediaBroken,
  openChunk,
  sealChunk,
  TAG_BYTES,
} from '@privity/recording';
import { isMissing } from './file-error.js';

/**
 * Makes what a crash left of an object whole: keeps every chunk from the start that opens, drops the torn rest, puts a
 * closing chunk behind it and syncs. A part that had its end already stays as it is. Doing it twice changes nothing.
 */
export async function salvage(path: string, recording: string, key: Buffer): Promise<void> {
  const file = await open(path, 'r+').catch(async (error: unknown) => {
    if (isMissing(error)) return open(path, 'wx+', 0o600);
    throw error;
  });
  try {
    await endPart(file, recording, key);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function endPart(file: FileHandle, recording: string, key: Buffer): Promise<void> {
  const { size } = await file.stat();
  if (!(await headerHolds(file, recording))) {
    // The header is written first and at once; without it there is no sound either.
    await file.truncate(0);
    await file.write(mediaHeader(recording), 0, HEADER_BYTES, 0);
  }
  for (let index = 0; ; index += 1) {
    const { offset, length } = chunkSpan(size, index);
    const sealed = Buffer.alloc(length);
    if (length > 0) await file.read(sealed, 0, length, offset);
    if (opens(key, recording, index, 'inner', sealed)) continue;
    const end = endOf(length - TAG_BYTES);
    if (opens(key, recording, index, end, sealed)) return;
    await file.truncate(offset);
    const closing = sealChunk(key, recording, index, 'closing', Buffer.alloc(0));
    await file.write(closing, 0, closing.length, offset);
    return;
  }
}

async function headerHolds(file: FileHandle, recording: string): Promise<boolean> {
  const header = Buffer.alloc(HEADER_BYTES);
  await file.read(header, 0, HEADER_BYTES, 0);
  try {
    checkHeader(header, recording);
    return true;
  } catch (error) {
    if (error instanceof MediaBroken) return false;
    throw error;
  }
}

function opens(key: Buffer, recording: string, index: number, place: Parameters<typeof openChunk>[3], sealed: Buffer) {
  try {
    openChunk(key, recording, index, place, sealed).fill(0);
    return true;
  } catch (error) {
    if (error instanceof MediaBroken) return false;
    throw error;
  }
}
