import { isUtf8 } from 'node:buffer';
import { Transform, type TransformCallback } from 'node:stream';

import { CsvError } from './csv-error.js';

const NEWLINE = 0x0a;

/** Passes bytes on unchanged, and stops with the line number at the first that is no UTF-8 or is NUL. */
export class Utf8Lines extends Transform {
  private line = 1;
  /** At most three bytes of a character that the next chunk completes. */
  private rest: Buffer = Buffer.alloc(0);

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const end = bytes.length - unfinishedBytes(bytes);
    this.rest = bytes.subarray(end);
    this.pass(bytes.subarray(0, end), done);
  }

  override _flush(done: TransformCallback): void {
    this.pass(this.rest, done);
  }

  private pass(bytes: Buffer, done: TransformCallback): void {
    if (!isUtf8(bytes) || bytes.includes(0)) {
      done(new CsvError('csv-not-utf8', 'The file is not UTF-8 text.', { line: this.line + linesBeforeFault(bytes) }));
      return;
    }
    for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) this.line += 1;
    done(null, bytes);
  }
}

/** A newline is never part of a longer character, so lines can be judged one by one. */
function linesBeforeFault(bytes: Buffer): number {
  let start = 0;
  for (let lines = 0; ; lines += 1) {
    const newline = bytes.indexOf(NEWLINE, start);
    const line = bytes.subarray(start, newline === -1 ? bytes.length : newline);
    if (newline === -1 || !isUtf8(line) || line.includes(0)) return lines;
    start = newline + 1;
  }
}

/** How many bytes at the end begin a character without ending it. */
function unfinishedBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? back : 0;
    }
  }
  return 0;
}
