import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { instantsOf } from '@privity/kernel';
import { callTime } from './call-time.js';
import { momentReader } from './moment.js';

const us = momentReader('MM/DD/YYYY');
const at = (text: string) => us(text) ?? { date: 'unread' };

describe("a call's time", () => {
  it('has both readings in the hour that is repeated, none in the hour that is skipped, one in any other', () => {
    const instants = (text: string) => callTime(at(text), 'site', 'America/New_York').instants;
    expect(instants('11/02/2025 01:30:15')).toEqual(['2025-11-02T05:30:15.000Z', '2025-11-02T06:30:15.000Z']);
    expect(instants('03/09/2025 02:30:15')).toEqual([]);
    expect(instants('07/01/2025 02:30:15')).toEqual(['2025-07-01T06:30:15.000Z']);
  });

  it('is what the kernel reads, at any minute of any zone', () => {
    // Half of them on a day on which clocks change somewhere.
    const changing = fc.constantFrom(
      ...[
        [3, 9],
        [3, 8],
        [3, 10],
        [11, 2],
        [11, 1],
        [11, 3],
        [4, 6],
        [10, 5],
      ].map(([month = 0, day = 0]) => ({ month, day })),
    );
    const any = fc.record({ month: fc.integer({ min: 1, max: 12 }), day: fc.integer({ min: 1, max: 28 }) });
    const clock = fc.record({
      hour: fc.integer({ min: 0, max: 23 }),
      minute: fc.integer({ min: 0, max: 59 }),
      second: fc.integer({ min: 0, max: 59 }),
    });
    const parts = fc.tuple(fc.oneof(changing, any), clock).map(([day, time]) => ({ ...day, ...time }));
    const zone = fc.constantFrom('America/New_York', 'America/Phoenix', 'Australia/Lord_Howe', 'Asia/Kathmandu');
    fc.assert(
      fc.property(parts, zone, (some, timeZone) => {
        const time = { year: 2025, ...some };
        const { instants } = callTime({ date: '', time }, 'site', timeZone);
        expect(instants).toEqual(instantsOf(time, timeZone));
      }),
    );
  });

  it('of one clock for all has the day of the facility, or none where nobody knows its zone', () => {
    const call = at('07/01/2025 03:30:00');
    expect(callTime(call, 'UTC', 'America/New_York')).toEqual({
      date: '2025-06-30',
      instants: ['2025-07-01T03:30:00.000Z'],
    });
    expect(callTime(call, 'UTC', undefined)).toEqual({ instants: ['2025-07-01T03:30:00.000Z'] });
    expect(callTime({ date: '2025-07-01' }, 'UTC', 'America/New_York')).toEqual({ instants: [] });
    const twice = at('11/02/2025 01:30:00');
    expect(callTime(twice, 'America/New_York', 'America/Los_Angeles').date).toBe('2025-11-01');
    // Midnight in Denver falls between the two readings: the export does not say on which day it was.
    expect(callTime(twice, 'America/New_York', 'America/Denver')).toEqual({
      instants: ['2025-11-02T05:30:00.000Z', '2025-11-02T06:30:00.000Z'],
    });
  });

  it('is believed to have an offset where the clock has it, and then it is one even in the repeated hour', () => {
    const inNewYork = (text: string) => callTime(at(text), 'site', 'America/New_York');
    const one = { date: '2025-11-02', instants: ['2025-11-02T06:30:00.000Z'] };
    expect(inNewYork('11/02/2025 01:30:00-05:00')).toEqual(one);
    expect(callTime(at('11/02/2025 06:30:00Z'), 'UTC', 'America/New_York')).toEqual(one);
    expect(callTime(at('11/02/2025 06:30:00+00'), 'Europe/London', 'America/New_York')).toEqual(one);
    expect(callTime(at('11/02/2025 01:30:00-05:00'), 'site', undefined)).toEqual(one);
  });

  it.each<[string, string, string | undefined]>([
    ['07/01/2025 03:30:00Z', 'site', 'America/New_York'],
    ['07/01/2025 03:30:00Z', 'site', undefined],
    ['07/01/2025 03:30:00+02:00', 'site', 'America/New_York'],
    ['07/01/2025 03:30:00-05:00', 'site', 'America/New_York'],
    ['07/01/2025 03:30:00+02:00', 'UTC', 'America/New_York'],
    ['07/01/2025 03:30:00Z', 'America/New_York', 'America/New_York'],
    ['03/09/2025 02:30:00-05:00', 'site', 'America/New_York'],
  ])('%s by the clock of %s at a facility in %s has no day and is unread', (text, clock, zone) => {
    expect(callTime(at(text), clock, zone)).toEqual({ instants: [], unread: true });
  });

  it('that cannot be read has the day that is written with it, by the clock of the facility only', () => {
    const call = at('07/01/2025 25:99');
    expect(callTime(call, 'site', 'America/New_York')).toEqual({ date: '2025-07-01', instants: [], unread: true });
    expect(callTime(call, 'UTC', 'America/New_York')).toEqual({ instants: [], unread: true });
  });

  it('has the day, and no instant, where the zone or the time is missing', () => {
    expect(callTime(at('07/01/2025 03:30:00'), 'site', undefined)).toEqual({ date: '2025-07-01', instants: [] });
    expect(callTime(at('07/01/2025'), 'site', 'America/New_York')).toEqual({ date: '2025-07-01', instants: [] });
  });
});
