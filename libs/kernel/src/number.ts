import { ParseError, parsePhoneNumberWithError } from 'libphonenumber-js';

declare const brand: unique symbol;

/** A number of the North American plan in E.164: `+1` and ten digits, the first of them 2 to 9. */
export type E164 = string & { readonly [brand]: 'E164' };

/** Why a text is no number. None of them is ever guessed at: an unreadable number is denied and counted apart. */
export type NumberProblem =
  | 'empty'
  | 'not-a-number'
  /** For instance a local number of seven digits: its area code is anybody's guess. */
  | 'too-short'
  | 'too-long'
  /** Ten digits that begin with 0 or 1, or a number of another plan. */
  | 'not-assignable';

export type ParsedNumber =
  | { readonly ok: true; readonly number: E164; readonly extension?: string }
  | { readonly ok: false; readonly reason: NumberProblem };

// Nine numbers in ten of an export are of these forms; the specs prove this path equal to the other.
const CLEAN = /^(?:\+?1[-. ]?)?(?:\(([2-9]\d\d)\) ?|([2-9]\d\d)[-. ]?)(\d{3})[-. ]?(\d{4})$/;
const LONGEST = 64;

/**
 * Reads a telephone number as an export or a keypad writes it. Two spellings of one number give one E.164 text, which
 * is what blind indexes are made of; an extension is kept apart, because the same line answers for all of them.
 */
export function parseNumber(raw: string): ParsedNumber {
  const text = raw.trim();
  const clean = CLEAN.exec(text);
  if (clean) return { ok: true, number: `+1${clean[1] ?? clean[2]}${clean[3]}${clean[4]}` as E164 };
  return parseUncommonNumber(text);
}

/** A softphone's link (RFC 3966). With a context the rest alone is no number: libphonenumber reads that whole. */
const LINK = /^tel:(?!.*;phone-context=)/i;

/** The general path, by libphonenumber. Exported for the proof that both paths agree. */
export function parseUncommonNumber(raw: string): ParsedNumber {
  const text = raw.trim().replace(LINK, '');
  if (text === '') return { ok: false, reason: 'empty' };
  if (text.length > LONGEST) return { ok: false, reason: 'too-long' };
  try {
    // Without `extract: false` it would find a number somewhere inside a sentence, which is a guess.
    const parsed = parsePhoneNumberWithError(text, { defaultCountry: 'US', extract: false });
    if (parsed.countryCallingCode !== '1') return { ok: false, reason: 'not-assignable' };
    const digits = parsed.nationalNumber;
    if (digits.length < 10) return { ok: false, reason: 'too-short' };
    if (digits.length > 10) return { ok: false, reason: 'too-long' };
    if (digits.startsWith('0') || digits.startsWith('1')) return { ok: false, reason: 'not-assignable' };
    const number = `+1${digits}` as E164;
    return parsed.ext === undefined ? { ok: true, number } : { ok: true, number, extension: parsed.ext };
  } catch (error) {
    if (error instanceof ParseError) return { ok: false, reason: reasonOf(error.message) };
    throw error;
  }
}

function reasonOf(message: string): NumberProblem {
  if (message === 'TOO_SHORT') return 'too-short';
  if (message === 'TOO_LONG') return 'too-long';
  if (message === 'INVALID_COUNTRY') return 'not-assignable';
  return 'not-a-number';
}
