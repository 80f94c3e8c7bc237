import { MAX_ENTRY } from './hashing.js';
import { LogRefused } from './log-refused.js';

/** Bytes of an entry bundle: each entry after its length as big-endian uint16. @throws LogRefused `entry-too-long` */
export function encodeBundle(entries: readonly (Uint8Array | string)[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const entry of entries) {
    const bytes = typeof entry === 'string' ? Buffer.from(entry, 'utf8') : entry;
    if (bytes.length > MAX_ENTRY) {
      throw new LogRefused('entry-too-long', `an entry has ${bytes.length} bytes, at most ${MAX_ENTRY}`);
    }
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bytes.length);
    parts.push(length, bytes);
  }
  return Buffer.concat(parts);
}

/** The entries of a bundle, as views into it. @throws LogRefused `bundle-malformed` */
export function decodeBundle(bundle: Buffer): Buffer[] {
  const entries: Buffer[] = [];
  let at = 0;
  while (at < bundle.length) {
    const end = at + 2 <= bundle.length ? at + 2 + bundle.readUInt16BE(at) : Infinity;
    if (end > bundle.length)
      throw new LogRefused('bundle-malformed', `the bundle breaks off in entry ${entries.length}`);
    entries.push(bundle.subarray(at + 2, end));
    at = end;
  }
  return entries;
}
