import type { BlindIndex, Instant } from '@privity/kernel';
import type { CaseCause } from './events.js';

/** A case is one event, and an event has an end: an attorney with more numbers has more cases. */
const INDEXES_A_CASE = 500;

const DAY_MS = 86_400_000;

/** Days of work in which somebody must have answered a registration, and looked at a case. */
export const REGISTRATION_DUE_DAYS = 3;
export const CASE_DUE_DAYS: Readonly<Record<CaseCause, number>> = {
  'end-asked': 3,
  'not-confirmed': 1,
  'status-changed': 20,
  'unverified-relation': 20,
  'unresolved-match': 3,
  'attestation-due': 20,
  'privilege-claimed': 3,
};

/** The same time of day, so many days of work later: Monday to Friday in UTC. Holidays are not known here, so nothing is due too late. */
export function workDaysAfter(at: Instant, days: number): Instant {
  let date = new Date(at);
  for (let left = days; left > 0;) {
    date = new Date(date.getTime() + DAY_MS);
    if (date.getUTCDay() !== 0 && date.getUTCDay() !== 6) left -= 1;
  }
  return date.toISOString();
}

/** So many at a time as fit into a case. */
export function inCases(indexes: readonly BlindIndex[]): BlindIndex[][] {
  const cases: BlindIndex[][] = [];
  for (let from = 0; from < indexes.length; from += INDEXES_A_CASE)
    cases.push(indexes.slice(from, from + INDEXES_A_CASE));
  return cases;
}
