import { describe, expect, it } from '@jest/globals';
import { instant, instantsOf, isInstant, localDay, localToInstant, wallTime } from './instants.js';

const at = (month: number, day: number, hour: number, minute = 30) => ({
  year: 2025,
  month,
  day,
  hour,
  minute,
  second: 0,
});

describe('localToInstant', () => {
  it.each([
    ['summer', at(7, 1, 12), 'America/New_York', '2025-07-01T16:30:00.000Z'],
    ['winter', at(12, 1, 12), 'America/New_York', '2025-12-01T17:30:00.000Z'],
    ['a zone without summer time', at(7, 1, 12), 'America/Phoenix', '2025-07-01T19:30:00.000Z'],
  ])('reads %s', (_name, local, zone, expected) => {
    expect(localToInstant(local, zone)).toBe(expected);
  });

  it('has two readings of the repeated hour of 2025-11-02, the first by default', () => {
    const local = at(11, 2, 1);
    expect(localToInstant(local, 'America/New_York')).toBe('2025-11-02T05:30:00.000Z');
    expect(localToInstant(local, 'America/New_York', 'first')).toBe('2025-11-02T05:30:00.000Z');
    expect(localToInstant(local, 'America/New_York', 'second')).toBe('2025-11-02T06:30:00.000Z');
  });

  it('repeats no hour outside the change', () => {
    for (const hour of [0, 2]) {
      const readings = (['first', 'second'] as const).map((r) =>
        localToInstant(at(11, 2, hour), 'America/New_York', r),
      );
      expect(readings[0]).toBe(readings[1]);
    }
  });

  it('moves the skipped hour of 2025-03-09 forward, in either reading', () => {
    for (const reading of ['first', 'second'] as const) {
      expect(localToInstant(at(3, 9, 2), 'America/New_York', reading)).toBe('2025-03-09T07:30:00.000Z');
    }
  });

  it('refuses a date that does not exist and a zone nobody knows', () => {
    expect(() => localToInstant(at(2, 30, 1), 'America/New_York')).toThrow(RangeError);
    expect(() => localToInstant(at(2, 3, 24), 'America/New_York')).toThrow(RangeError);
    expect(() => localToInstant(at(2, 3, 1), 'America/Gotham')).toThrow(RangeError);
  });
});

describe('instant', () => {
  it('has milliseconds and the letter Z', () => {
    expect(instant(new Date(0))).toBe('1970-01-01T00:00:00.000Z');
    expect(isInstant(instant())).toBe(true);
  });

  it.each([
    '2025-11-02T08:30:00Z',
    '2025-11-02T08:30:00.000+00:00',
    '2025-02-30T08:30:00.000Z',
    '2025-13-01T00:00:00.000Z',
    '',
    'now',
  ])('does not take %j for one', (text) => {
    expect(isInstant(text)).toBe(false);
  });
});

describe('instantsOf', () => {
  it.each([
    ['an hour like others', at(7, 1, 12), ['2025-07-01T16:30:00.000Z']],
    ['the repeated hour', at(11, 2, 1), ['2025-11-02T05:30:00.000Z', '2025-11-02T06:30:00.000Z']],
    ['the skipped hour', at(3, 9, 2), []],
  ])('%s', (_name, local, expected) => {
    expect(instantsOf(local, 'America/New_York')).toEqual(expected);
  });

  it('refuses a date that does not exist and a zone nobody knows', () => {
    expect(() => instantsOf(at(2, 30, 1), 'America/New_York')).toThrow(RangeError);
    expect(() => instantsOf(at(2, 3, 1), 'America/Gotham')).toThrow(RangeError);
  });
});

describe('localDay', () => {
  it('is that of the place, whatever day it is elsewhere', () => {
    expect(localDay('2025-07-02T03:30:00.000Z', 'America/New_York')).toBe('2025-07-01');
    expect(localDay('2025-07-02T04:30:00.000Z', 'America/New_York')).toBe('2025-07-02');
  });
});

describe('wallTime', () => {
  const shown = (at: string, zone = 'America/New_York') => {
    const { weekday, minute } = wallTime(at, zone);
    return `${weekday} ${Math.floor(minute / 60)}:${String(minute % 60).padStart(2, '0')}`;
  };

  it('is that of the place, with its own day of the week', () => {
    expect(shown('2025-07-02T03:30:59.999Z')).toBe('tue 23:30');
    expect(shown('2025-07-02T04:00:00.000Z')).toBe('wed 0:00');
    expect(shown('2025-07-02T04:00:00.000Z', 'America/Chicago')).toBe('tue 23:00');
    expect(shown('2025-07-02T04:00:00.000Z', 'America/St_Johns')).toBe('wed 1:30');
  });

  it('shows no hour that spring skips, and twice the one that autumn repeats', () => {
    expect(['06:59', '07:00'].map((time) => shown(`2025-03-09T${time}:00.000Z`))).toEqual(['sun 1:59', 'sun 3:00']);
    const autumn = ['05:30', '06:30', '07:30'].map((time) => shown(`2025-11-02T${time}:00.000Z`));
    expect(autumn).toEqual(['sun 1:30', 'sun 1:30', 'sun 2:30']);
  });

  it('refuses a zone nobody knows', () => {
    expect(() => wallTime('2025-07-02T03:30:00.000Z', 'America/Gotham')).toThrow(RangeError);
  });
});
