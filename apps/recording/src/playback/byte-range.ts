import { PrivityError } from '@privity/kernel';

/** First byte, and the byte after the last. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** 416: nothing of what was asked for exists. */
export class RangeNotSatisfiable extends PrivityError {
  constructor(readonly size: number) {
    super('range-not-satisfiable', 416, 'the range lies outside the sound');
  }
}

/**
 * One range of RFC 9110, section 14. Undefined: the whole, which is also the answer to several ranges and to what is no
 * byte range at all. Throws RangeNotSatisfiable.
 */
export function byteRange(header: string | undefined, size: number): ByteRange | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '');
  if (match === null) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  if (from >= size || (first === '' && Number(last) === 0)) throw new RangeNotSatisfiable(size);
  return { from, to };
}
