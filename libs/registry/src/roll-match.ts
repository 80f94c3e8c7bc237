import type { BarStatus, RegistrationUnmatched } from './events.js';

const SUFFIX = /\b(JR|SR|II|III|IV|ESQ)\b/g;

/** The bar record that a registration names, as far as it is known here. */
export interface BarRecord {
  readonly status: BarStatus;
  readonly last: string;
}

/**
 * Whether a registration's bar record matches: the number on the roll, active, and of somebody of that surname, however
 * accents, case and hyphens are written. First names are not compared: people sign as Bob.
 * @returns why not; undefined: it matches
 */
export function unmatchedBy(
  last: string,
  record: BarRecord | undefined,
): RegistrationUnmatched['data']['reason'] | undefined {
  if (record === undefined || record.status === 'unknown') return 'not-on-roll';
  if (record.status !== 'active') return 'not-active';
  const [said, known] = [surname(last), surname(record.last)];
  return said !== '' && said === known ? undefined : 'another-name';
}

function surname(text: string): string {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toUpperCase();
  return plain
    .replace(/[,.]/g, ' ')
    .replace(SUFFIX, ' ')
    .replace(/[^\p{L}]/gu, '');
}
