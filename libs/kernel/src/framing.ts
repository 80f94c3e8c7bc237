const PREFIX_BYTES = 4;

/**
 * Joins texts so that no two different lists give the same bytes: each part is preceded by its length in bytes as
 * four bytes, big-endian. Everything that is hashed or authenticated here goes through it; a separator would not do.
 */
export function lengthPrefixed(...parts: readonly (string | Uint8Array)[]): Buffer {
  const lengths = parts.map((part) => (typeof part === 'string' ? Buffer.byteLength(part) : part.length));
  const joined = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + PREFIX_BYTES + length, 0));
  let at = 0;
  for (const [n, part] of parts.entries()) {
    const length = lengths[n] ?? 0;
    at = joined.writeUInt32BE(length, at);
    if (typeof part === 'string') joined.write(part, at, 'utf8');
    else joined.set(part, at);
    at += length;
  }
  return joined;
}
