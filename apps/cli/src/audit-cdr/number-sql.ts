import { parseNumber } from '@privity/kernel';

// How nearly all of an export's numbers are written. No sign in it could be taken in two ways, so that RE2 reads each text
// once; a call of JavaScript for each would cost more than all the rest.
const COMMON = String.raw`^ *(?:\+?1[-. ]?)?(?:\(([2-9][0-9]{2})\) ?|([2-9][0-9]{2})[-. ]?)([0-9]{3})[-. ]?([0-9]{4}) *(?:x[0-9]{1,4} *)?$`;
/** Before the digits of a number that was read: a text that stayed as it was does not begin so. */
const READ = '\u0001';

/**
 * SQL: the digits of a number in a common form, as `numberInSql` has them; whatever is written otherwise as it is, for the
 * kernel to read. Specs prove both together equal to `parseNumber`.
 */
export function commonNumber(column: string): string {
  return String.raw`regexp_replace(${column}, '${COMMON}', '${READ}\1\2\3\4')`;
}

/** SQL: whether `commonNumber` of that column read it. */
export function isCommon(number: string, column: string): string {
  return `starts_with(${number}, '${READ}') and not starts_with(${column}, '${READ}')`;
}

export function numberInSql(digits: string): string {
  return READ + digits;
}

/** Of what `commonNumber` read. */
export function digitsOf(number: string): string {
  return number.slice(READ.length);
}

/** Distinct texts whose reading is remembered; the same few are dialled again and again. */
const REMEMBERED = 200_000;
const remembered = new Map<string, string | undefined>();

/** Without `+1`; undefined where the kernel reads no number. */
export function tenDigits(text: string): string | undefined {
  if (remembered.has(text)) return remembered.get(text);
  const parsed = parseNumber(text);
  const digits = parsed.ok ? parsed.number.slice(2) : undefined;
  if (remembered.size < REMEMBERED) remembered.set(text, digits);
  return digits;
}
