import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { instantsOf } from '@privity/kernel';
import { callTime, DATE_FORMS, momentReader } from './moment.js';

const us = momentReader('MM/DD/YYYY');
const at = (text: string) => us(text) ?? { date: 'unread' };

describe('a moment as an export writes it', () => {
  it.each([
    ['MM/DD/YYYY', '03/04/2025 05:06:07'],
    ['MM/DD/YYYY', '3/4/2025 5:06:07'],
    ['DD/MM/YYYY', '04/03/2025 05:06:07'],
    ['YYYY-MM-DD', '2025-03-04T05:06:07Z'],
    ['YYYY-MM-DD', '2025-03-04 05:06:07.250'],
    ['YYYY/MM/DD', '2025/03/04 05:06:07'],
    ['DD.MM.YYYY', '04.03.2025 05:06:07'],
    ['MM-DD-YYYY', '03-04-2025 5:06:07 AM'],
    ['YYYYMMDD', '20250304 05:06:07'],
  ] as const)('%s: %s', (form, text) => {
    expect(momentReader(form)(text)).toEqual({
      date: '2025-03-04',
      time: { year: 2025, month: 3, day: 4, hour: 5, minute: 6, second: 7 },
    });
  });

  it.each([
    ['12:05 AM', 0],
    ['1:05 am', 1],
    ['12:05PM', 12],
    ['11:05 PM', 23],
    ['00:05', 0],
    ['23:05', 23],
  ])('%s is in hour %d', (time, hour) => {
    expect(us(`03/04/2025 ${time}`)?.time).toMatchObject({ hour, minute: 5 });
  });

  it.each([null, '', '13/01/2025', '02/30/2025', '2025-03-04', '03/04/25', '03/04/2025x', 'UNKNOWN', '003/04/2025'])(
    '%s is none',
    (text) => {
      expect(us(text)).toBeUndefined();
    },
  );

  it.each(['25:00', '12:60', '0:30 AM', '13:30 PM', 'noon'])('has a day, and no time, where %s is written', (time) => {
    expect(us(`03/04/2025 ${time}`)).toEqual({ date: '2025-03-04' });
  });

  it('is read in one form of two that it fits', () => {
    const day = fc.date({ min: new Date('1990-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(day, fc.constantFrom(...DATE_FORMS), (date, form) => {
        const [iso = ''] = date.toISOString().split('T');
        const [year = '', month = '', of = ''] = iso.split('-');
        const text = form.replace('YYYY', year).replace('MM', month).replace('DD', of);
        expect(momentReader(form)(text)).toEqual({ date: iso });
      }),
    );
  });
});

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

  it('has the day, and no instant, where the zone or the time is missing', () => {
    expect(callTime(at('07/01/2025 03:30:00'), 'site', undefined)).toEqual({ date: '2025-07-01', instants: [] });
    expect(callTime(at('07/01/2025'), 'site', 'America/New_York')).toEqual({ date: '2025-07-01', instants: [] });
  });
});
