import { Transform, type TransformCallback } from 'node:stream';

/** Text of old Windows programs, given on as UTF-8. Every byte means something in it, so it cannot be told from noise. */
export class Windows1252 extends Transform {
  private readonly decoder = new TextDecoder('windows-1252');

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    // As a stream: otherwise Node 20 takes it for Latin-1, which has no dashes and quotation marks.
    done(null, Buffer.from(this.decoder.decode(chunk, { stream: true })));
  }
}
