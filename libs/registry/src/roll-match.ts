import { plainName } from '@privity/kernel';
import type { BarStatus, RegistrationUnmatched } from './events.js';

/** The bar record that a registration names, as far as it is known here. */
export interface BarRecord {
  readonly status: BarStatus;
  /** As rolls wrote them, one after the other: married, corrected, in two lines of one roll. */
  readonly surnames: readonly string[];
}

/**
 * Whether a registration's bar record matches: the number on the roll, active, and of somebody of that surname, now or before, however
 * accents, case and hyphens are written. First names are not compared: people sign as Bob.
 * @returns why not; undefined: it matches
 */
export function unmatchedBy(
  last: string | undefined,
  record: BarRecord | undefined,
): RegistrationUnmatched['data']['reason'] | undefined {
  if (record === undefined || record.status === 'unknown') return 'not-on-roll';
  if (record.status !== 'active') return 'not-active';
  const said = plainName(last ?? '');
  return said !== '' && record.surnames.map(plainName).includes(said) ? undefined : 'another-name';
}
