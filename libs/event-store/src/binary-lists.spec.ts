import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { int4List, int8List, textList, uuidList } from './binary-lists.js';

/** Reads a list as PostgreSQL does (`array_recv`): type, and each element's bytes. */
function elements(list: Buffer): { type: number; values: (Buffer | undefined)[] } {
  const type = list.readInt32BE(8);
  if (list.readInt32BE(0) === 0) return { type, values: [] };
  const values: (Buffer | undefined)[] = [];
  let at = 20;
  for (let n = 0; n < list.readInt32BE(12); n++) {
    const length = list.readInt32BE(at);
    at += 4;
    values.push(length < 0 ? undefined : list.subarray(at, at + length));
    at += Math.max(0, length);
  }
  expect(at).toBe(list.length);
  return { type, values };
}

describe('lists in binary', () => {
  it('hold each number, text and id as it was', () => {
    const safe = fc.maxSafeInteger();
    fc.assert(
      fc.property(
        fc.array(safe),
        fc.array(fc.integer()),
        fc.array(fc.string()),
        fc.array(fc.option(fc.uuid(), { nil: undefined })),
        (a, b, c, d) => {
          expect(elements(int8List(a)).values.map((bytes) => Number(bytes?.readBigInt64BE()))).toEqual(
            a.map((n) => n + 0),
          );
          expect(elements(int4List(b)).values.map((bytes) => bytes?.readInt32BE())).toEqual(b);
          const bytes = Buffer.byteLength(c.join(''));
          expect(elements(textList(c, bytes)).values.map((text) => text?.toString())).toEqual(c);
          expect(elements(uuidList(d)).values.map((id) => id?.toString('hex'))).toEqual(
            d.map((id) => id?.replaceAll('-', '')),
          );
        },
      ),
    );
  });
});
