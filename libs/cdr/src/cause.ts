import { type CallPlace, type Known, type Listing, standing } from './protection.js';

/** Why a protected call was recorded, as far as the lists tell. In the order in which they are looked for. */
export const CAUSES = [
  /** A bar member's number that no row of the do-not-record list names (T10). */
  'never-listed',
  /** Listed only after the day of the call (T7, T10). */
  'late-listed',
  /** Taken off the list by a migration (T3). */
  'dropped',
  /** Listed for another facility (T6, T9). */
  'site-scoped',
  /** Listed under one of two flags (T2). */
  'flag-lost',
  /** Listed everywhere, in time, under both flags, and recorded all the same. */
  'unexplained',
] as const;
export type Cause = (typeof CAUSES)[number];

type Failure = Exclude<Cause, 'never-listed' | 'unexplained'>;
const FAILED: readonly (readonly [Failure, (listing: Listing, place: CallPlace) => boolean])[] = [
  ['late-listed', ({ added }, { date }) => added !== undefined && date < added],
  ['dropped', ({ ended }, { date }) => ended !== undefined && date >= ended.on],
  ['site-scoped', (listing, { site }) => listing.site !== undefined && listing.site !== site],
  ['flag-lost', ({ flagsDisagree }) => flagsDisagree],
];

/**
 * The first cause that none of the rows still looked at escapes. A number with several rows was recorded because the last
 * of them failed: one that was late says nothing about a call that another, in force by then, should have kept.
 */
export function causeOf(known: Known, place: CallPlace): Cause {
  let rows = standing(known, place);
  if (rows.length === 0) return 'never-listed';
  for (const [cause, failed] of FAILED) {
    const left = rows.filter((row) => !failed(row, place));
    if (left.length === 0) return cause;
    rows = left;
  }
  return 'unexplained';
}
