import type { Cause } from './cause.js';

/** For people: what a cause is, and what would have prevented it. */
export const WORDS: Readonly<Record<Cause, { readonly means: string; readonly prevention: string }>> = {
  'never-listed': {
    means: 'a bar member’s number that nobody had put on the do-not-record list',
    prevention: 'Take the bar’s roll as a source; do not wait to be told.',
  },
  'late-listed': {
    means: 'put on the list only after the call; the recording was kept all the same',
    prevention: 'Late knowledge seals what was recorded before.',
  },
  dropped: {
    means: 'taken off the list by an upgrade or a migration that nobody asked for',
    prevention: 'Compare count and digest of the list before a cut-over; let nothing end by itself.',
  },
  'site-scoped': {
    means: 'listed for one facility, and called from another',
    prevention: 'One answer for all facilities.',
  },
  'flag-lost': {
    means: 'listed under one of two flags, and the system looked at the other',
    prevention: 'One state, and either flag sets it.',
  },
  unexplained: {
    means: 'listed everywhere, in time, under both flags, and recorded all the same',
    prevention: 'Write a decision, and what it rests on, for every call; ask the operator for theirs.',
  },
};
