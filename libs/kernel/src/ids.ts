import { createHash, randomUUID } from 'node:crypto';
import { validate } from 'uuid';
import { lengthPrefixed } from './framing.js';

const STEPS = 2 ** 12;
let last = 0;

/**
 * A new identifier, ordered by time (RFC 9562, version 7), also within a millisecond: its first twelve random bits count on
 * (method 1), into the next millisecond when they are used up. The rest comes of `randomUUID`, which draws entropy in
 * advance: a draw for each id had cost ten times as much.
 */
export function uuidv7(): string {
  const random = randomUUID();
  // starts low in its range, so that counting on seldom leaves the millisecond
  const started = Date.now() * STEPS + Number.parseInt(random.slice(0, 2), 16);
  last = started > last ? started : last + 1;
  const time = Math.floor(last / STEPS)
    .toString(16)
    .padStart(12, '0');
  const count = (last % STEPS).toString(16).padStart(3, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${count}${random.slice(18)}`;
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
