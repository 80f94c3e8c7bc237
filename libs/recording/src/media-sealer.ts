import { createHash, type Hash } from 'node:crypto';
import { CHUNK_BYTES, endOf, sealChunk, type ChunkPlace } from './media-format.js';

/**
 * Turns frames of sound, as they arrive, into sealed chunks. Frames of any length come together in one buffer in
 * memory, which is wiped once sealed; nothing plain leaves this object. The digest covers salt and plain bytes.
 */
export class MediaSealer {
  private readonly pending = Buffer.alloc(CHUNK_BYTES);
  private held = 0;
  private index = 0;
  private readonly hash: Hash;
  private total = 0;

  constructor(
    private readonly key: Buffer,
    private readonly recording: string,
    salt: Buffer,
  ) {
    this.hash = createHash('sha256').update(salt);
  }

  /** Plain bytes taken so far. */
  get bytes(): number {
    return this.total;
  }

  /** The sealed chunks that this frame completes, mostly none. A full chunk waits until it is known not to be the last. */
  push(frame: Buffer): Buffer[] {
    this.hash.update(frame);
    this.total += frame.length;
    const sealed: Buffer[] = [];
    for (let from = 0; from < frame.length;) {
      if (this.held === CHUNK_BYTES) sealed.push(this.sealHeld('inner'));
      const taken = frame.copy(this.pending, this.held, from, from + CHUNK_BYTES - this.held);
      this.held += taken;
      from += taken;
    }
    return sealed;
  }

  /** The last chunk and the digest, hex. Call once. */
  end(): { readonly chunk: Buffer; readonly digest: string } {
    return { chunk: this.sealHeld(endOf(this.held)), digest: this.hash.digest('hex') };
  }

  /** Forgets what is held, when the rest cannot be kept. */
  wipe(): void {
    this.pending.fill(0);
    this.held = 0;
  }

  private sealHeld(place: ChunkPlace): Buffer {
    const chunk = sealChunk(this.key, this.recording, this.index, place, this.pending.subarray(0, this.held));
    this.index += 1;
    this.wipe();
    return chunk;
  }
}
