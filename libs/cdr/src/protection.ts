/** `YYYY-MM-DD` by the calendar of a place. Sorts as text. */
export type LocalDate = string;

/** One row of an export's do-not-record list that has a flag set. Either flag counts (T2). */
export interface Listing {
  /** One of the two flags is set and the other is not. */
  readonly flagsDisagree: boolean;
  /** The only facility that honoured it; absent: all (T6). */
  readonly site?: string;
  /** Absent: always. */
  readonly added?: LocalDate;
  readonly ended?: { readonly on: LocalDate; readonly byMigration: boolean };
}

/** What an export knows of one number. */
export interface Known {
  /** Bar members whose number it is and whose status is active, today: an export has no other day's roll. */
  readonly members: readonly string[];
  readonly listings: readonly Listing[];
}

/** Where a call was made, and its day there. */
export interface CallPlace {
  readonly site: string;
  readonly date: LocalDate;
}

/** An end that nobody but a migration wrote ends nothing (T3); any other does, from its day on. */
export function standing({ listings }: Known, { date }: CallPlace): readonly Listing[] {
  return listings.filter(({ ended }) => ended === undefined || ended.byMigration || date < ended.on);
}

/** Whether the call was to a number that must not be recorded, by all that is known now. */
export function isProtected(known: Known, place: CallPlace): boolean {
  return known.members.length > 0 || standing(known, place).length > 0;
}
