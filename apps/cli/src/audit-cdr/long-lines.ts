import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { WrongUse } from '../failures.js';

/** A longer line is no call record: somebody lost the ends of lines. */
export const MAX_LINE_BYTES = 1024 * 1024;

const NEWLINE = 0x0a;
const SAMPLE_BYTES = 4_096;

/**
 * DuckDB ends a file without a word at a line that is longer than what it reads at once: what comes after would be missing
 * from the report, and nobody would know. So it is never given one.
 * @throws WrongUse naming the line
 */
export async function refuseLongLines(path: string): Promise<void> {
  const zipped = isZipped(path);
  if (zipped ? !(await hasLongLine(path, true)) : !(await mayHaveLongLine(path))) return;
  let line = 1;
  if (zipped || (await hasLongLine(path, false))) {
    await eachStretch(path, zipped, (bytes, ends) => {
      if (bytes > MAX_LINE_BYTES) return false;
      if (ends) line += 1;
      return true;
    });
    throw new WrongUse(`${path}, line ${line}: it is longer than ${MAX_LINE_BYTES} bytes.`);
  }
}

/** Whether a long line is possible: it would cover a whole sample, of which there is one in as many bytes as a line may have. */
async function mayHaveLongLine(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const sample = Buffer.alloc(SAMPLE_BYTES);
    for (let at = 0; at + SAMPLE_BYTES <= size; at += MAX_LINE_BYTES - SAMPLE_BYTES) {
      const { bytesRead } = await file.read(sample, 0, SAMPLE_BYTES, at);
      if (sample.subarray(0, bytesRead).indexOf(NEWLINE) < 0) return true;
    }
    return false;
  } finally {
    await file.close();
  }
}

async function hasLongLine(path: string, zipped: boolean): Promise<boolean> {
  let bytes = 0;
  return !(await eachChunk(path, zipped, (chunk) => {
    const first = chunk.indexOf(NEWLINE);
    if (first < 0) bytes += chunk.length;
    else if (bytes + first > MAX_LINE_BYTES) return false;
    // A line within one chunk is as long as the chunk at most.
    else bytes = chunk.length - 1 - chunk.lastIndexOf(NEWLINE);
    return bytes <= MAX_LINE_BYTES;
  }));
}

/** Line by line: how long each is so far, and whether it ends there. @returns false where `take` wanted no more */
function eachStretch(path: string, zipped: boolean, take: (bytes: number, ends: boolean) => boolean): Promise<boolean> {
  let bytes = 0;
  return eachChunk(path, zipped, (chunk) => {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      if (!take(bytes + end - from, true)) return false;
      [from, bytes] = [end + 1, 0];
    }
    bytes += chunk.length - from;
    return take(bytes, false);
  });
}

export function isZipped(path: string): boolean {
  return path.toLowerCase().endsWith('.gz');
}

/** What is in a file, unpacked. @returns false where `take` wanted no more */
export async function eachChunk(path: string, zipped: boolean, take: (chunk: Buffer) => boolean): Promise<boolean> {
  let wanted = true;
  const read = async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      wanted = take(chunk);
      if (!wanted) return;
    }
  };
  const source = createReadStream(path);
  try {
    await (zipped ? pipeline(source, createGunzip(), read) : pipeline(source, read));
  } catch (error) {
    // Streams that are left in the middle say so.
    if (!wanted) return false;
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (!code.startsWith('Z_')) throw error;
    // What is lacking at the end of an archive might end with a line: nobody else would notice.
    throw new WrongUse(`${path}: this is no GZIP stream, or not all of one (${message}).`);
  }
  return wanted;
}
