import { Readable } from 'node:stream';
import { BYTES_PER_SECOND, HeardRanges } from '@privity/recording';
import type { ObjectReader } from '../vault/object-reader.js';
import type { ByteRange } from './byte-range.js';

const FLUSH_EVERY_MS = 5_000;

export interface ListeningOptions {
  readonly reader: ObjectReader;
  readonly range: ByteRange;
  /** Makes the ranges heard so far durable; a failure ends the listening. */
  readonly report: (ranges: readonly (readonly [number, number])[]) => Promise<void>;
  /** Registers a way to cut it off; returns how to unregister. */
  readonly register: (cut: () => void) => () => void;
  readonly flushEveryMs?: number;
}

/**
 * The sound as a stream, a second at a time. What was handed over is reported every five seconds and once more before
 * the stream ends, however it ends; nobody who stops reporting goes on hearing.
 */
export function listening(options: ListeningOptions): Readable {
  const { reader, range, report, register } = options;
  const heard = new HeardRanges();
  let reporting: Promise<void> = Promise.resolve();
  const flush = (): Promise<void> => {
    reporting = reporting.then(async () => {
      if (!heard.empty) await report(heard.take());
    });
    return reporting;
  };
  const stream = Readable.from(pieces(reader, range, heard, flush), {
    objectMode: false,
    highWaterMark: BYTES_PER_SECOND,
  });
  // A cut may come before anybody reads; whoever reads learns of it all the same.
  stream.on('error', () => undefined);
  const timer = setInterval(
    () => void flush().catch((error: Error) => stream.destroy(error)),
    options.flushEveryMs ?? FLUSH_EVERY_MS,
  );
  const unregister = register(() => stream.destroy(new Error('the recording was sealed')));
  stream.once('close', () => {
    clearInterval(timer);
    unregister();
    // Errors were seen by the reader of the stream already; what could not be written counts as heard by the grant.
    void flush()
      .catch(() => undefined)
      .finally(() => void reader.close());
  });
  return stream;
}

async function* pieces(
  reader: ObjectReader,
  { from, to }: ByteRange,
  heard: HeardRanges,
  flush: () => Promise<void>,
): AsyncGenerator<Buffer> {
  let at = from;
  for await (const plain of reader.range(from, to)) {
    for (let piece = 0; piece < plain.length; piece += BYTES_PER_SECOND) {
      const sound = plain.subarray(piece, piece + BYTES_PER_SECOND);
      heard.add(at, at + sound.length);
      at += sound.length;
      yield sound;
    }
  }
  await flush();
}
