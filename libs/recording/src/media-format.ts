import { createCipheriv, createDecipheriv } from 'node:crypto';
import { isUuid, PrivityError } from '@privity/kernel';

/**
 * The vault's file format, version 1. A header of 32 bytes, then chunks of 64 KiB of sound, each sealed by AES-256-GCM:
 *
 *     "PVMEDIA" 01 | codec 1, channels 1, 0 0 | plain bytes per chunk, uint32 | recording id, 16 bytes
 *     cipher text (as long as the plain text) | tag, 16 bytes        ... repeated; only the last may be shorter
 *
 * Nonce: three zero bytes, the chunk's place byte, its index as uint64. Associated data: the header, the index, the
 * place byte. So no chunk opens at another index, in another recording, or as an end where it was none: what was
 * swapped, cut, replayed or extended is found. One key belongs to one recording, hence no nonce serves twice.
 */
export const CHUNK_BYTES = 65_536;
export const TAG_BYTES = 16;
export const HEADER_BYTES = 32;
const SEALED_CHUNK = CHUNK_BYTES + TAG_BYTES;
const MAGIC = Buffer.from('PVMEDIA\u0001', 'latin1');
const PCMU = 1;

/** Where a chunk stands. `closing` is an empty chunk that recovery puts behind what a crash left whole. */
export type ChunkPlace = 'inner' | 'last' | 'closing';
const PLACE_BYTE: Record<ChunkPlace, number> = { inner: 0, last: 1, closing: 2 };

/** The object is not what was written: altered, cut, another recording's, or another key's. */
export class MediaBroken extends PrivityError {
  constructor(what: string, cause?: unknown) {
    super('media-broken', 500, what, { cause });
  }
}

export function mediaHeader(recording: string): Buffer {
  if (!isUuid(recording)) throw new MediaBroken('a recording id must be a UUID');
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header, 0);
  header[8] = PCMU;
  header[9] = 1;
  header.writeUInt32BE(CHUNK_BYTES, 12);
  Buffer.from(recording.replaceAll('-', ''), 'hex').copy(header, 16);
  return header;
}

/** Throws MediaBroken unless `header` is version 1's for this very recording. */
export function checkHeader(header: Buffer, recording: string): void {
  if (!header.equals(mediaHeader(recording))) throw new MediaBroken('the header is of another version or recording');
}

/** How an object of `size` bytes is divided, from its size alone: chunk i lies at HEADER_BYTES + i * 65,552. */
export interface MediaLayout {
  readonly chunks: number;
  /** Plain bytes in all. */
  readonly bytes: number;
}

export function layoutOf(size: number): MediaLayout {
  const body = size - HEADER_BYTES;
  const chunks = Math.ceil(body / SEALED_CHUNK);
  const last = body - (chunks - 1) * SEALED_CHUNK;
  if (chunks < 1 || last < TAG_BYTES) throw new MediaBroken('the object is cut off');
  return { chunks, bytes: body - chunks * TAG_BYTES };
}

/** First byte and length of a sealed chunk in an object of `size` bytes. */
export function chunkSpan(size: number, index: number): { readonly offset: number; readonly length: number } {
  const offset = HEADER_BYTES + index * SEALED_CHUNK;
  return { offset, length: Math.max(0, Math.min(SEALED_CHUNK, size - offset)) };
}

export function sealChunk(key: Buffer, recording: string, index: number, place: ChunkPlace, plain: Buffer): Buffer {
  const { nonce, bound } = frameOf(recording, index, place);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(bound);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Throws MediaBroken unless `sealed` was made by this key for this recording, index and place. */
export function openChunk(key: Buffer, recording: string, index: number, place: ChunkPlace, sealed: Buffer): Buffer {
  if (sealed.length < TAG_BYTES) throw new MediaBroken(`chunk ${index} is cut off`);
  const { nonce, bound } = frameOf(recording, index, place);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(bound);
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES)), decipher.final()]);
  } catch (error) {
    throw new MediaBroken(`chunk ${index} does not open`, error);
  }
}

/**
 * Opens the chunk that an object ends with. One without sound can only be `closing`: recovery's, or that of a
 * recording without any. Throws MediaBroken.
 */
export function openEnd(key: Buffer, recording: string, index: number, sealed: Buffer): Buffer {
  return openChunk(key, recording, index, endOf(sealed.length - TAG_BYTES), sealed);
}

/** The place of a final chunk that holds this many plain bytes. */
export function endOf(plainBytes: number): ChunkPlace {
  return plainBytes === 0 ? 'closing' : 'last';
}

function frameOf(recording: string, index: number, place: ChunkPlace): { nonce: Buffer; bound: Buffer } {
  const position = Buffer.alloc(9);
  position.writeBigUInt64BE(BigInt(index), 0);
  position[8] = PLACE_BYTE[place];
  const nonce = Buffer.alloc(12);
  nonce[3] = PLACE_BYTE[place];
  position.copy(nonce, 4, 0, 8);
  return { nonce, bound: Buffer.concat([mediaHeader(recording), position]) };
}
