import { type Instant, InvalidInput, wallTime, type WallTime } from '@privity/kernel';

export type Weekday = WallTime['weekday'];

/** A span of one day in which calls may be made, by the clock on the facility's wall. */
export interface CallingHours {
  /** In the order of the week. */
  readonly days: readonly Weekday[];
  /** HH:MM. */
  readonly from: string;
  /** HH:MM, exclusive; 24:00 is the day's end. */
  readonly to: string;
}

export const WEEKDAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** JSON Schema of a policy's `hours`. An empty list would be read as "always" by one and as "never" by another. */
export const CALLING_HOURS_SCHEMA = {
  type: 'array',
  minItems: 1,
  maxItems: 32,
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['days', 'from', 'to'],
    properties: {
      days: { type: 'array', minItems: 1, uniqueItems: true, items: { enum: WEEKDAYS } },
      from: { type: 'string', pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' },
      to: { type: 'string', pattern: '^(([01]\\d|2[0-3]):[0-5]\\d|24:00)$' },
    },
  },
} as const;

/** The same hours in the same text. @throws InvalidInput for a span that ends before it begins: over midnight, write two */
export function orderedHours(hours: readonly CallingHours[]): readonly CallingHours[] {
  return hours.map(({ days, from, to }, n) => {
    if (from >= to)
      throw new InvalidInput(`hours.${n}.to`, 'is not after `from`; a span over midnight is written as two');
    return { days: WEEKDAYS.filter((day) => days.includes(day)), from, to };
  });
}

/** Whether the hours allow a call at that moment. Absent: always. @param timeZone the facility's, an IANA name */
export function isWithinHours(hours: readonly CallingHours[] | undefined, at: Instant, timeZone: string): boolean {
  if (hours === undefined) return true;
  const { weekday, minute } = wallTime(at, timeZone);
  return hours.some(
    ({ days, from, to }) => days.includes(weekday) && minutesOf(from) <= minute && minute < minutesOf(to),
  );
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}
