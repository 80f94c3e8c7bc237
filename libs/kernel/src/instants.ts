import { Temporal } from 'temporal-polyfill';

/** RFC 3339 in UTC with milliseconds: `2025-11-02T08:30:00.000Z`. Sorts as text. */
export type Instant = string;

export interface LocalTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const FORM = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

export function instant(date: Date = new Date()): Instant {
  return date.toISOString();
}

export function isInstant(text: string): boolean {
  if (!FORM.test(text)) return false;
  const milliseconds = Date.parse(text);
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString() === text;
}

/**
 * The instant that a wall clock in `timeZone` (IANA name) showed as `local`. In the repeated hour of autumn the caller
 * says which reading is meant; in the skipped hour of spring both give the time that the clock was put forward to.
 * Throws RangeError for a date that does not exist or an unknown zone.
 */
export function localToInstant(local: LocalTime, timeZone: string, reading: 'first' | 'second' = 'first'): Instant {
  const plain = Temporal.PlainDateTime.from({ ...local }, { overflow: 'reject' });
  const zoned = plain.toZonedDateTime(timeZone, { disambiguation: reading === 'first' ? 'compatible' : 'later' });
  return new Date(zoned.epochMilliseconds).toISOString();
}

/**
 * Every instant at which a wall clock in `timeZone` showed `local`: two in the repeated hour of autumn, none in the skipped
 * hour of spring. Throws RangeError for a date that does not exist or an unknown zone.
 */
export function instantsOf(local: LocalTime, timeZone: string): readonly Instant[] {
  const plain = Temporal.PlainDateTime.from({ ...local }, { overflow: 'reject' });
  const readings = (['earlier', 'later'] as const).map((disambiguation) =>
    plain.toZonedDateTime(timeZone, { disambiguation }),
  );
  const shown = readings.filter((zoned) => zoned.toPlainDateTime().equals(plain));
  return [...new Set(shown.map(({ epochMilliseconds }) => new Date(epochMilliseconds).toISOString()))];
}

const calendars = new Map<string, Intl.DateTimeFormat>();

/** The date, YYYY-MM-DD, that a calendar on the wall in `timeZone` shows at `at`. Throws RangeError for an unknown zone. */
export function localDay(at: Instant, timeZone: string): string {
  let calendar = calendars.get(timeZone);
  if (calendar === undefined) {
    // en-CA writes dates as ISO 8601 does.
    calendar = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    calendars.set(timeZone, calendar);
  }
  return calendar.format(new Date(at));
}

/** What a wall clock shows, to the minute. */
export interface WallTime {
  readonly weekday: 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';
  /** Since midnight as the clock counts: 0 to 1439. */
  readonly minute: number;
}

const MINUTE_MS = 60_000;
const clocks = new Map<string, { readonly clock: Intl.DateTimeFormat; minute: number; shown: WallTime }>();

/**
 * What a clock on the wall in `timeZone` shows at `at`: never an hour that spring skips, twice the one that autumn repeats.
 * Calls in a row come in the same minute, and a calendar costs more than a decision: each zone's last minute is kept.
 * Throws RangeError for an unknown zone.
 */
export function wallTime(at: Instant, timeZone: string): WallTime {
  const minute = Math.floor(Date.parse(at) / MINUTE_MS);
  let kept = clocks.get(timeZone);
  if (kept?.minute === minute) return kept.shown;
  const clock =
    kept?.clock ??
    new Intl.DateTimeFormat('en-US', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  const shown = readClock(clock, minute * MINUTE_MS);
  if (kept === undefined) clocks.set(timeZone, (kept = { clock, minute, shown }));
  else Object.assign(kept, { minute, shown });
  return shown;
}

function readClock(clock: Intl.DateTimeFormat, at: number): WallTime {
  const parts = clock.formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? '';
  return {
    weekday: part('weekday').toLowerCase() as WallTime['weekday'],
    minute: Number(part('hour')) * 60 + Number(part('minute')),
  };
}
