/**
 * One-dimensional arrays in PostgreSQL's binary form (`array_recv`): the client neither quotes and escapes each element,
 * nor does the server undo it, which had cost more than inserting the rows. pg sends a Buffer as binary.
 */
const OID = { int4: 23, int8: 20, text: 25, uuid: 2950 } as const;
const HEADER = 20;
const LENGTH = 4;

export function int4List(values: readonly number[]): Buffer {
  const list = start(OID.int4, values.length, values.length * (LENGTH + 4));
  let at = HEADER;
  for (const value of values) {
    at = list.writeInt32BE(4, at);
    at = list.writeInt32BE(value, at);
  }
  return list;
}

/** Safe integers. */
export function int8List(values: readonly number[]): Buffer {
  const list = start(OID.int8, values.length, values.length * (LENGTH + 8));
  let at = HEADER;
  for (const value of values) {
    at = list.writeInt32BE(8, at);
    at = list.writeInt32BE(Math.floor(value / 2 ** 32), at);
    at = list.writeUInt32BE(value >>> 0, at);
  }
  return list;
}

/** With hyphens. */
export function uuidList(values: readonly (string | undefined)[]): Buffer {
  const absent = values.reduce((count, value) => (value === undefined ? count + 1 : count), 0);
  const list = start(OID.uuid, values.length, values.length * (LENGTH + 16) - absent * 16, absent > 0);
  let at = HEADER;
  for (const value of values) {
    at = list.writeInt32BE(value === undefined ? -1 : 16, at);
    if (value !== undefined) at += list.write(value.replaceAll('-', ''), at, 'hex');
  }
  return list;
}

/** `bytes`: what all of them take in UTF-8. */
export function textList(values: readonly string[], bytes: number): Buffer {
  const list = start(OID.text, values.length, values.length * LENGTH + bytes);
  let at = HEADER;
  for (const value of values) {
    const written = list.write(value, at + LENGTH, 'utf8');
    list.writeInt32BE(written, at);
    at += LENGTH + written;
  }
  return list;
}

function start(type: number, length: number, bytes: number, hasNulls = false): Buffer {
  if (length === 0) {
    const empty = Buffer.alloc(HEADER - 8);
    empty.writeInt32BE(type, 8);
    return empty;
  }
  const list = Buffer.allocUnsafe(HEADER + bytes);
  list.writeInt32BE(1, 0);
  list.writeInt32BE(hasNulls ? 1 : 0, 4);
  list.writeInt32BE(type, 8);
  list.writeInt32BE(length, 12);
  list.writeInt32BE(1, 16);
  return list;
}
