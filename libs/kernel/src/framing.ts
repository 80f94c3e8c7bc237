/**
 * Joins texts so that no two different lists give the same bytes: each part is preceded by its length in bytes as
 * four bytes, big-endian. Everything that is hashed or authenticated here goes through it; a separator would not do.
 */
export function lengthPrefixed(...parts: readonly (string | Uint8Array)[]): Buffer {
  const chunks: Uint8Array[] = [];
  for (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part, 'utf8') : part;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    chunks.push(length, bytes);
  }
  return Buffer.concat(chunks);
}
