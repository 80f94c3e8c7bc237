import { type Instant, instantsOf, localDay, type LocalTime } from '@privity/kernel';
import type { Moment } from './moment.js';
import type { LocalDate } from './protection.js';

/** A call's moment, as far as the export and the facility's time zone tell. */
export interface CallTime {
  /** The day at the facility; absent where the export's clock is another's and does not tell. */
  readonly date?: LocalDate;
  /** In UTC: two in the repeated hour of autumn; none in the skipped hour of spring, without a time or without a zone. */
  readonly instants: readonly Instant[];
  /** A time is written that cannot be read, or whose offset is not that of the clock it is said to be of. */
  readonly unread?: true;
}

/**
 * @param clock whose time is written: the facility's own, or that of a time zone (IANA name) for all of the file
 * @param siteZone the facility's time zone; undefined: not known
 * @throws RangeError for a zone nobody knows
 */
export function callTime(moment: Moment, clock: string, siteZone: string | undefined): CallTime {
  const { date, offset, unread } = moment;
  const instants = instantsIn(clock === 'site' ? siteZone : clock, moment);
  // By another clock than the facility's it may have been another day there.
  if (offset !== undefined && instants.length === 0) return { instants, unread: true };
  const read = unread === undefined ? { instants } : { instants, unread };
  if (clock === 'site') return { date, ...read };
  const days = siteZone === undefined ? [] : [...new Set(instants.map((at) => localDay(at, siteZone)))];
  const [day] = days;
  return day === undefined || days.length > 1 ? read : { date: day, instants };
}

/** A value that says its own offset is believed only where the clock of the zone shows that time. @param zone undefined: not known */
function instantsIn(zone: string | undefined, { time, offset }: Moment): readonly Instant[] {
  if (time === undefined) return [];
  const shown = zone === undefined ? undefined : readings(time, zone);
  if (offset === undefined) return shown ?? [];
  // No facility has its clocks in UTC; any other offset may be its own.
  if (shown === undefined && offset === 0) return [];
  const { year, month, day, hour, minute, second } = time;
  const said = new Date(Date.UTC(year, month - 1, day, hour, minute - offset, second)).toISOString();
  return shown === undefined || shown.includes(said) ? [said] : [];
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
