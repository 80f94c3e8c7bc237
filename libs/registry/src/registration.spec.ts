import { describe, expect, it } from '@jest/globals';
import { fold } from '@privity/kernel';
import type { RegistrationCommand } from './commands.js';
import { registration, RegistrationAnsweredBefore } from './decide-registration.js';
import { workDaysAfter } from './due.js';
import type { RegistrationReceived, RegistryEvent } from './events.js';
import { registrationProtects, registrationSource } from './registration-protection.js';
import { unmatchedBy } from './roll-match.js';

const received: RegistrationReceived['data'] = {
  registration: 'r1',
  as: 'attorney',
  attorney: 'attorney-1',
  barState: 'NY',
  form: { kid: 'k', v: 'x' } as never,
  numbers: ['e1.a'],
  due: '2026-02-04T00:00:00.000Z',
};
const receive: RegistrationCommand = { type: 'receive-registration', received };
const entered: RegistrationCommand = { type: 'receive-registration', received: { ...received, enteredBy: 'ana' } };
const matched: RegistrationCommand = { type: 'match-registration' };
const unmatched: RegistrationCommand = { type: 'match-registration', unmatched: 'not-on-roll' };
const answer = (answeredBy: string, result: 'confirmed' | 'not-confirmed' = 'confirmed'): RegistrationCommand => ({
  ...{ type: 'answer-registration', result, answeredBy, via: 'roll-contact' },
});
const escalate = (now: string): RegistrationCommand => ({ type: 'escalate-registration', now });

const after = (...commands: RegistrationCommand[]) =>
  commands.reduce<RegistryEvent[]>(
    (given, command) => [...given, ...registration.decide(command, fold(registration, given))],
    [],
  );
const types = (...commands: RegistrationCommand[]) => after(...commands).map(({ type }) => type.split('.')[1]);

describe('a registration', () => {
  it('is received, compared and answered once', () => {
    expect(types(receive, receive, matched, unmatched, answer('ben'), answer('ben'))).toEqual([
      'RegistrationReceived',
      'RegistrationMatched',
      'RegistrationAnswered',
    ]);
    expect(() => after(receive, answer('ben'), answer('cleo', 'not-confirmed'))).toThrow(RegistrationAnsweredBefore);
  });

  it('is compared again with a later roll, as long as none matched and nobody answered', () => {
    expect(types(receive, unmatched, unmatched, matched, unmatched, matched)).toEqual([
      ...['RegistrationReceived', 'RegistrationUnmatched', 'RegistrationMatched'],
    ]);
    for (const result of ['confirmed', 'not-confirmed'] as const) {
      expect(types(receive, unmatched, answer('ben', result), matched).at(-1)).toBe('RegistrationAnswered');
    }
  });

  it('is verified by a person who did not enter it', () => {
    expect(after(entered, answer('ana')).at(-1)).toEqual({
      type: 'registry.RegistrationAnswerRefused',
      data: { registration: 'r1', askedBy: 'ana', reason: 'same-person' },
    });
    expect(types(entered, answer('ana'), answer('ben')).at(-1)).toBe('RegistrationAnswered');
  });

  it('is escalated once when it is due and nobody answered (T7)', () => {
    expect(types(receive, escalate('2026-02-03T23:59:59.999Z'))).toEqual(['RegistrationReceived']);
    expect(types(receive, escalate(received.due), escalate('2026-03-01T00:00:00.000Z'))).toEqual([
      'RegistrationReceived',
      'RegistrationEscalated',
    ]);
    expect(types(receive, answer('ben'), escalate('2027-01-01T00:00:00.000Z'))).toHaveLength(2);
    expect(types(receive, escalate('2027-01-01T00:00:00.000Z'), answer('ben')).at(-1)).toBe('RegistrationAnswered');
  });
});

describe('what a registration protects', () => {
  const form = (over: object): RegistrationCommand => ({
    type: 'receive-registration',
    received: { ...received, ...over },
  });
  const protects = (...commands: RegistrationCommand[]) => registrationProtects(fold(registration, after(...commands)));
  const delegate = form({ as: 'paralegal' });

  it('an attorney’s at once where the record matches, anybody’s where staff entered it, else once confirmed', () => {
    expect([protects(), protects(receive), protects(receive, unmatched), protects(delegate, matched)]).toEqual(
      Array(4).fill(false),
    );
    expect([protects(receive, matched), protects(entered, unmatched)]).toEqual([true, true]);
    expect(protects(form({ as: 'paralegal', enteredBy: 'attorney-1' }))).toBe(true);
    expect([receive, delegate].map((sent) => protects(sent, unmatched, answer('ben')))).toEqual([true, true]);
  });

  it('goes on where somebody answers that it is not so: ending takes two people (P2)', () => {
    expect(protects(receive, unmatched, answer('ben', 'not-confirmed'))).toBe(false);
    expect(protects(receive, matched, answer('ben', 'not-confirmed'))).toBe(true);
  });

  it('is endable with all that the attorney registered, or by itself for those who work for one', () => {
    expect(registrationSource(received)).toEqual({ kind: 'registration', ref: 'attorney-1' });
    expect(registrationSource({ ...received, as: 'expert' })).toEqual({ kind: 'registration', ref: 'r1' });
  });
});

describe('a bar record', () => {
  it.each([
    ['Begay', { status: 'active', surnames: ['Begay, Jr.'] }, undefined],
    ['lopez', { status: 'active', surnames: ['López'] }, undefined],
    ['MULLER', { status: 'active', surnames: ['Müller III'] }, undefined],
    ['Van der Berg', { status: 'active', surnames: ['Van-der-Berg'] }, undefined],
    ['O’Neil', { status: 'active', surnames: ["O'Neil"] }, undefined],
    ['Nguyen', { status: 'active', surnames: ['Nguyệt'] }, 'another-name'],
    ['', { status: 'active', surnames: [''] }, 'another-name'],
    ['Ng', { status: 'active', surnames: ['Ngo'] }, 'another-name'],
    ['Quist', { status: 'active', surnames: ['Quist-Ortiz', 'Quist'] }, undefined],
    ['Quist', { status: 'active', surnames: [] }, 'another-name'],
    ['Begay', { status: 'resigned', surnames: ['Begay'] }, 'not-active'],
    ['Begay', { status: 'unknown', surnames: ['Begay'] }, 'not-on-roll'],
    ['Begay', undefined, 'not-on-roll'],
  ] as const)('of %j that reads %j: %s', (last, record, reason) => {
    expect(unmatchedBy(last, record)).toBe(reason);
  });
});

describe('days of work', () => {
  it('leave out Saturdays and Sundays', () => {
    expect(workDaysAfter('2026-11-27T15:00:00.000Z', 3)).toBe('2026-12-02T15:00:00.000Z');
    expect(workDaysAfter('2026-11-28T15:00:00.000Z', 1)).toBe('2026-11-30T15:00:00.000Z');
    expect(workDaysAfter('2026-11-30T15:00:00.000Z', 0)).toBe('2026-11-30T15:00:00.000Z');
  });
});
