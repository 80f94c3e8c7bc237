import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DATE_FORMS, momentReader } from './moment.js';

const us = momentReader('MM/DD/YYYY');

describe('a moment as an export writes it', () => {
  it.each([
    ['MM/DD/YYYY', '03/04/2025 05:06:07'],
    ['MM/DD/YYYY', '3/4/2025 5:06:07'],
    ['DD/MM/YYYY', '04/03/2025 05:06:07'],
    ['YYYY-MM-DD', '2025-03-04T05:06:07'],
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

  it.each([
    ['05:06Z', 0],
    ['05:06:07.250z', 0],
    ['05:06:07 UTC', 0],
    ['05:06 AM GMT', 0],
    ['05:06:07+00', 0],
    ['05:06:07-05', -300],
    ['05:06:07 +0530', 330],
    ['05:06:07+02:00', 120],
  ])('%s says that it is %d minutes ahead of UTC', (time, offset) => {
    expect(us(`03/04/2025 ${time}`)).toMatchObject({ time: { hour: 5, minute: 6 }, offset });
  });

  it.each(['25:00', '25:99', '12:60', '0:30 AM', '13:30 PM', 'noon', '12:00+15:00', '12:00+01:60', '12:00 EST', 'Z'])(
    'has a day, and says that no time could be read, where %s is written',
    (time) => {
      expect(us(`03/04/2025 ${time}`)).toEqual({ date: '2025-03-04', unread: true });
    },
  );

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
