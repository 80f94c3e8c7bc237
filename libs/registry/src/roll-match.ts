import { plainName } from '@privity/kernel';
import type { BarStatus, RegistrationUnmatched } from './events.js';

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
  const [said, known] = [plainName(last), plainName(record.last)];
  return said !== '' && said === known ? undefined : 'another-name';
}
