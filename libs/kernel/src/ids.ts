import { createHash } from 'node:crypto';
import { v7, validate } from 'uuid';
import { lengthPrefixed } from './framing.js';

/** A new identifier, ordered by time (RFC 9562, version 7). */
export function uuidv7(): string {
  return v7();
}

export function isUuid(text: string): boolean {
  return validate(text);
}

/**
 * The id of the n-th event that a handler appends because of another event. The same cause always gives the same id,
 * so a redelivery appends nothing twice. UUID version 8 over the first 16 bytes of a SHA-256.
 */
export function derivedId(causationId: string, handler: string, n: number): string {
  const bytes = createHash('sha256')
    .update(lengthPrefixed(causationId, handler, String(n)))
    .digest()
    .subarray(0, 16);
  bytes[6] = (bytes.readUInt8(6) & 0x0f) | 0x80;
  bytes[8] = (bytes.readUInt8(8) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
