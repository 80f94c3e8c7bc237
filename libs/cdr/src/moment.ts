import { type Instant, instantsOf, localDay, type LocalTime } from '@privity/kernel';
import type { LocalDate } from './protection.js';

/** How an export writes its days. A time may follow, of 24 hours or with AM or PM. */
export const DATE_FORMS = [
  'MM/DD/YYYY',
  'DD/MM/YYYY',
  'YYYY-MM-DD',
  'YYYY/MM/DD',
  'DD.MM.YYYY',
  'MM-DD-YYYY',
  'YYYYMMDD',
] as const;
export type DateForm = (typeof DATE_FORMS)[number];

/** What a wall clock and a calendar showed. */
export interface Moment {
  readonly date: LocalDate;
  /** Absent where none is written, or none that can be read. */
  readonly time?: LocalTime;
}

const PARTS = { YYYY: String.raw`(?<year>\d{4})`, MM: String.raw`(?<month>\d\d?)`, DD: String.raw`(?<day>\d\d?)` };
const TIME = /^[ T]+(\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?(?: ?([AP])M)?Z?$/i;

/** Reads one form and no other: what fits two of them would be a guess. Undefined for what is no day of the calendar. */
export function momentReader(form: DateForm): (text: string | null) => Moment | undefined {
  // Without separators each part has its full width.
  const width = form === 'YYYYMMDD' ? (part: string) => part.replace('d?', 'd') : (part: string) => part;
  const pattern = form.replace(/[./]/g, String.raw`\$&`).replace(/YYYY|MM|DD/g, (name) => width(PARTS[name as 'MM']));
  const day = new RegExp(`^${pattern}(?=$|[ T])`);
  return (text) => {
    const written = text?.trim() ?? '';
    const found = day.exec(written);
    const { year = '', month = '', day: dayOfMonth = '' } = found?.groups ?? {};
    const date = `${year}-${month.padStart(2, '0')}-${dayOfMonth.padStart(2, '0')}`;
    const exists = found && !Number.isNaN(Date.parse(date)) && new Date(date).toISOString().startsWith(date);
    if (!exists) return undefined;
    const clock = timeOf(written.slice(found[0].length));
    if (clock === undefined) return { date };
    return { date, time: { year: Number(year), month: Number(month), day: Number(dayOfMonth), ...clock } };
  };
}

function timeOf(text: string): Pick<LocalTime, 'hour' | 'minute' | 'second'> | undefined {
  const found = TIME.exec(text);
  if (found === null) return undefined;
  const [, hours, minutes, seconds = '0', half] = found;
  const written = Number(hours);
  if (half !== undefined && (written < 1 || written > 12)) return undefined;
  const hour = half === undefined ? written : (written % 12) + (half.toUpperCase() === 'P' ? 12 : 0);
  const [minute, second] = [Number(minutes), Number(seconds)];
  return hour < 24 && minute < 60 && second < 60 ? { hour, minute, second } : undefined;
}

/** A call's moment, as far as the export and the facility's time zone tell. */
export interface CallTime {
  /** The day at the facility; absent where the export's clock is another's and does not tell. */
  readonly date?: LocalDate;
  /** In UTC: two in the repeated hour of autumn; none in the skipped hour of spring, without a time or without a zone. */
  readonly instants: readonly Instant[];
}

/**
 * @param clock whose time is written: the facility's own, or that of a time zone (IANA name) for all of the file
 * @param siteZone the facility's time zone; undefined: not known
 * @throws RangeError for a zone nobody knows
 */
export function callTime(moment: Moment, clock: string, siteZone: string | undefined): CallTime {
  const { date, time } = moment;
  if (clock === 'site')
    return { date, instants: time === undefined || siteZone === undefined ? [] : readings(time, siteZone) };
  const instants = time === undefined ? [] : readings(time, clock);
  const days = siteZone === undefined ? [] : [...new Set(instants.map((at) => localDay(at, siteZone)))];
  const [day] = days;
  return day === undefined || days.length > 1 ? { instants } : { date: day, instants };
}

/** By zone and day: the instant of its midnight, or null where its clocks change on that day. */
const midnights = new Map<string, number | null>();
const DAY_MS = 86_400_000;

/** Clocks change on two days of a year: on any other a time is as far from midnight as it says. */
function readings(time: LocalTime, zone: string): readonly Instant[] {
  const { year, month, day, hour, minute, second } = time;
  const key = `${zone} ${year} ${month} ${day}`;
  let midnight = midnights.get(key);
  if (midnight === undefined) {
    midnight = unchangingDay(time, zone) ?? null;
    midnights.set(key, midnight);
  }
  if (midnight === null) return instantsOf(time, zone);
  return [new Date(midnight + ((hour * 60 + minute) * 60 + second) * 1_000).toISOString()];
}

function unchangingDay(time: LocalTime, zone: string): number | undefined {
  const atMidnight = (day: Date) =>
    instantsOf(
      {
        ...{ year: day.getUTCFullYear(), month: day.getUTCMonth() + 1, day: day.getUTCDate() },
        ...{ hour: 0, minute: 0, second: 0 },
      },
      zone,
    ).map((at) => Date.parse(at));
  const day = Date.UTC(time.year, time.month - 1, time.day);
  const [begin = Number.NaN, ...others] = atMidnight(new Date(day));
  const [end = Number.NaN, ...more] = atMidnight(new Date(day + DAY_MS));
  return others.length + more.length === 0 && end - begin === DAY_MS ? begin : undefined;
}
