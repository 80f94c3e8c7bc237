import { describe, expect, it } from '@jest/globals';
import { instantsOf, InvalidInput, localToInstant } from '@privity/kernel';
import fc from 'fast-check';
import { type CallingHours, isWithinHours, orderedHours, WEEKDAYS } from './calling-hours.js';
import { orderedPolicy, STRICTEST_POLICY } from './policy.js';

const NEW_YORK = 'America/New_York';
const day: CallingHours = { days: ['sat', 'sun'], from: '01:00', to: '03:00' };
const open = (at: string, hours: readonly CallingHours[] = [day], zone = NEW_YORK) => isWithinHours(hours, at, zone);

describe('calling hours', () => {
  it('absent, allow every call', () => {
    expect(isWithinHours(undefined, '2025-07-02T03:30:00.000Z', 'nowhere')).toBe(true);
  });

  it('go by the clock and the day of the facility, from the first minute to before the last', () => {
    const evening: CallingHours = { days: ['tue'], from: '08:00', to: '24:00' };
    expect(open('2025-07-02T03:59:59.999Z', [evening])).toBe(true);
    expect(open('2025-07-02T04:00:00.000Z', [evening])).toBe(false);
    expect(open('2025-07-02T04:00:00.000Z', [evening], 'America/Chicago')).toBe(true);
    expect(open('2025-07-01T11:59:59.999Z', [evening])).toBe(false);
    expect(open('2025-07-01T12:00:00.000Z', [evening])).toBe(true);
    expect(open('2025-07-05T06:59:59.999Z')).toBe(true);
    expect(open('2025-07-05T07:00:00.000Z')).toBe(false);
  });

  it('lose the hour that spring skips', () => {
    // 2025-03-09: at 02:00 the clock is put to 03:00.
    const skipped: CallingHours = { days: ['sun'], from: '02:00', to: '03:00' };
    expect(open('2025-03-09T06:59:00.000Z')).toBe(true);
    expect(open('2025-03-09T07:00:00.000Z')).toBe(false);
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      const at = new Date(Date.UTC(2025, 2, 9, 5) + minute * 60_000).toISOString();
      expect([at, open(at, [skipped])]).toEqual([at, false]);
    }
  });

  it('have the hour that autumn repeats twice', () => {
    // 2025-11-02: at 02:00 the clock is put back to 01:00.
    const repeated: CallingHours = { days: ['sun'], from: '01:00', to: '02:00' };
    const times = ['04:59', '05:00', '05:59', '06:00', '06:59', '07:00'].map((time) => `2025-11-02T${time}:00.000Z`);
    expect(times.map((at) => open(at, [repeated]))).toEqual([false, true, true, true, true, false]);
  });

  const zones = fc.constantFrom(NEW_YORK, 'America/Chicago', 'America/Phoenix', 'America/St_Johns', 'Pacific/Honolulu');

  it('agree with a calendar of another make, whatever zone and time of the year', () => {
    const time = fc.record({
      year: fc.integer({ min: 2007, max: 2040 }),
      month: fc.constantFrom(1, 3, 7, 11),
      ...{ day: fc.integer({ min: 1, max: 28 }), hour: fc.integer({ min: 0, max: 23 }) },
      ...{ minute: fc.integer({ min: 0, max: 59 }), second: fc.constant(0) },
    });
    fc.assert(
      fc.property(
        time,
        zones,
        fc.integer({ min: 0, max: 24 }),
        fc.integer({ min: 0, max: 24 }),
        (local, zone, a, b) => {
          const text = (hour: number) => `${String(hour).padStart(2, '0')}:00`;
          const [from, to] = [Math.min(a, b), Math.max(a, b)];
          const weekday = WEEKDAYS[(new Date(Date.UTC(local.year, local.month - 1, local.day)).getUTCDay() + 6) % 7];
          if (weekday === undefined || from === to || to === 0) return;
          const hours = [{ days: [weekday], from: text(Math.min(from, 23)), to: text(to) }];
          for (const at of instantsOf(local, zone)) {
            expect(isWithinHours(hours, at, zone)).toBe(from <= local.hour && local.hour < to);
          }
        },
      ),
    );
  });

  it('change the answer with the clock alone: one time of a day is one answer', () => {
    const at = (month: number) =>
      localToInstant({ year: 2025, month, day: 5, hour: 1, minute: 30, second: 0 }, NEW_YORK);
    // A Saturday in April, a Wednesday in March.
    expect([open(at(4)), open(at(3))]).toEqual([true, false]);
  });
});

describe('a policy with hours', () => {
  it('has one text, however its days were written', () => {
    const hours = [{ to: '17:00', from: '08:00', days: ['wed', 'mon'] }] as const;
    expect(JSON.stringify(orderedHours(hours))).toBe('[{"days":["mon","wed"],"from":"08:00","to":"17:00"}]');
  });

  it.each([
    ['22:00', '06:00'],
    ['08:00', '08:00'],
  ])('is refused where a span goes from %s to %s', (from, to) => {
    const bad = () => orderedPolicy({ ...STRICTEST_POLICY, hours: [day, { days: ['mon'], from, to }] });
    expect(bad).toThrow(InvalidInput);
    expect(bad).toThrow(expect.objectContaining({ field: 'hours.1.to' }));
  });

  it('that has none keeps the bytes it always had', () => {
    expect(JSON.stringify(orderedPolicy(STRICTEST_POLICY))).toBe(
      '{"allowedList":"required","presence":"required","recording":"off","notices":[],"maxSeconds":900}',
    );
  });
});
