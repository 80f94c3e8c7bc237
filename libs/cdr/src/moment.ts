import type { LocalTime } from '@privity/kernel';
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
  /** Minutes ahead of UTC, where the value says them: 0 for a `Z` at its end. */
  readonly offset?: number;
  /** Something is written after the day that is no time. */
  readonly unread?: true;
}

const PARTS = { YYYY: String.raw`(?<year>\d{4})`, MM: String.raw`(?<month>\d\d?)`, DD: String.raw`(?<day>\d\d?)` };
const TIME = /^[ T]+(\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?(?: ?([AP])M)?(?: ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?))?$/i;
/** No place on earth is further from UTC. */
const FURTHEST_MINUTES = 14 * 60;

const DAYS = Object.fromEntries(DATE_FORMS.map((form) => [form, dayPattern(form)])) as Record<DateForm, RegExp>;

function dayPattern(form: DateForm): RegExp {
  // Without separators each part has its full width.
  const width = form === 'YYYYMMDD' ? (part: string) => part.replace('d?', 'd') : (part: string) => part;
  const pattern = form.replace(/[./]/g, String.raw`\$&`).replace(/YYYY|MM|DD/g, (name) => width(PARTS[name as 'MM']));
  return new RegExp(`^${pattern}(?=$|[ T])`);
}

/** Reads one form and no other: what fits two of them would be a guess. Undefined for what is no day of the calendar. */
export function momentReader(form: DateForm): (text: string | null) => Moment | undefined {
  return (text) => {
    const written = text?.trim() ?? '';
    const found = DAYS[form].exec(written);
    const { year = '', month = '', day: dayOfMonth = '' } = found?.groups ?? {};
    const date = `${year}-${month.padStart(2, '0')}-${dayOfMonth.padStart(2, '0')}`;
    const exists = found && !Number.isNaN(Date.parse(date)) && new Date(date).toISOString().startsWith(date);
    if (!exists) return undefined;
    const rest = written.slice(found[0].length);
    if (rest === '') return { date };
    const clock = timeOf(rest);
    if (clock === undefined) return { date, unread: true };
    const { hour, minute, second, offset } = clock;
    const time = { year: Number(year), month: Number(month), day: Number(dayOfMonth), hour, minute, second };
    return offset === undefined ? { date, time } : { date, time, offset };
  };
}

type Clock = Pick<LocalTime, 'hour' | 'minute' | 'second'> & Pick<Moment, 'offset'>;

function timeOf(text: string): Clock | undefined {
  const found = TIME.exec(text);
  if (found === null) return undefined;
  const [, hours, minutes, seconds = '0', half, zone] = found;
  const written = Number(hours);
  if (half !== undefined && (written < 1 || written > 12)) return undefined;
  const hour = half === undefined ? written : (written % 12) + (half.toUpperCase() === 'P' ? 12 : 0);
  const [minute, second] = [Number(minutes), Number(seconds)];
  if (hour >= 24 || minute >= 60 || second >= 60) return undefined;
  if (zone === undefined) return { hour, minute, second };
  const offset = offsetOf(zone);
  return offset === undefined ? undefined : { hour, minute, second, offset };
}

/** Minutes ahead of UTC; undefined: nowhere. */
function offsetOf(zone: string): number | undefined {
  if (!/^[+-]/.test(zone)) return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(':', ''))];
  const ahead = hours * 60 + minutes;
  if (minutes >= 60 || ahead > FURTHEST_MINUTES) return undefined;
  return zone.startsWith('-') && ahead > 0 ? -ahead : ahead;
}
