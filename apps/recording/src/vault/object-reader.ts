import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import {
  checkHeader,
  CHUNK_BYTES,
  chunkSpan,
  HEADER_BYTES,
  layoutOf,
  MediaBroken,
  openChunk,
  openEnd,
  type MediaLayout,
} from '@privity/recording';

/** Opens any part of an object; every chunk is authenticated before a byte of it is given out. */
export class ObjectReader {
  /** The last chunk, opened to see that the object is whole, until somebody reads it: most objects have no other. */
  private end: Buffer | undefined;

  private constructor(
    private readonly file: FileHandle,
    private readonly size: number,
    private readonly layout: MediaLayout,
    private readonly recording: string,
    private readonly key: Buffer,
  ) {}

  /** Throws MediaBroken where header or end are not this recording's: a cut object does not even open. */
  static async open(path: string, recording: string, key: Buffer): Promise<ObjectReader> {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const reader = new ObjectReader(file, size, layoutOf(size), recording, key);
      checkHeader(await reader.read(0, HEADER_BYTES), recording);
      reader.end = await reader.chunk(reader.layout.chunks - 1);
      return reader;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Plain bytes. */
  get bytes(): number {
    return this.layout.bytes;
  }

  /** Plain bytes `from` to `to` (exclusive), a chunk at a time. */
  async *range(from: number, to: number): AsyncGenerator<Buffer> {
    for (let index = Math.floor(from / CHUNK_BYTES); index * CHUNK_BYTES < to; index += 1) {
      const plain = await this.chunk(index);
      const start = index * CHUNK_BYTES;
      yield plain.subarray(Math.max(0, from - start), Math.min(plain.length, to - start));
    }
  }

  /** SHA-256, hex, of salt (base64) and all plain bytes. */
  async digest(salt: string): Promise<string> {
    const hash = createHash('sha256').update(Buffer.from(salt, 'base64'));
    for await (const plain of this.range(0, this.bytes)) {
      hash.update(plain);
      plain.fill(0);
    }
    return hash.digest('hex');
  }

  async close(): Promise<void> {
    this.end?.fill(0);
    await this.file.close();
  }

  private async chunk(index: number): Promise<Buffer> {
    const { end } = this;
    if (end !== undefined && index === this.layout.chunks - 1) {
      this.end = undefined;
      return end;
    }
    const { offset, length } = chunkSpan(this.size, index);
    const sealed = await this.read(offset, length);
    return index === this.layout.chunks - 1
      ? openEnd(this.key, this.recording, index, sealed)
      : openChunk(this.key, this.recording, index, 'inner', sealed);
  }

  private async read(offset: number, length: number): Promise<Buffer> {
    const into = Buffer.allocUnsafe(length);
    const { bytesRead } = await this.file.read(into, 0, length, offset);
    if (bytesRead !== length) throw new MediaBroken('the object is cut off');
    return into;
  }
}
