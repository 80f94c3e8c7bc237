import { isUtf8 } from 'node:buffer';
import { WrongUse } from '../failures.js';
import { CONVERSION } from './duckdb-problems.js';
import type { TableMap } from './export-map.js';
import { eachChunk, isZipped } from './long-lines.js';

const NEWLINE = 0x0a;
const LOOKED_AT_BYTES = 16 * 1024 * 1024;
/** Latin-1 has no letters there; Windows-1252 has its dashes and quotation marks. */
const isControl = (byte: number) => byte >= 0x80 && byte <= 0x9f;

/** In which of the encodings that are read here a text file begins. @throws WrongUse where it is none of them */
export async function encodingOf(path: string): Promise<NonNullable<TableMap['encoding']>> {
  const text = await beginningOf(path);
  if (isUtf8(text)) return 'utf-8';
  const [first, second] = text;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return 'utf-16';
  if (!text.some(isControl)) return 'latin-1';
  throw new WrongUse(
    `${path} is neither UTF-8 nor Latin-1, but Windows-1252, perhaps: convert it (${CONVERSION}), or move it out of the folder.`,
  );
}

async function beginningOf(path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const whole = await eachChunk(path, isZipped(path), (chunk) => {
    chunks.push(chunk);
    bytes += chunk.length;
    return bytes < LOOKED_AT_BYTES;
  });
  const text = Buffer.concat(chunks);
  // Where it is cut no letter may be.
  return whole ? text : text.subarray(0, text.lastIndexOf(NEWLINE) + 1);
}
