import { describe, expect, it } from '@jest/globals';
import { PrivityError } from '@privity/kernel';
import type { CallCommand } from './commands.js';
import { decide, permitRefusal } from './decide.js';
import type { CallDecided, CallEvent, NoticeRule } from './events.js';
import { evolve, initialState } from './evolve.js';

const at = '2026-06-01T12:00:00.000Z';
const later = '2026-06-01T12:09:00.000Z';
const callee: NoticeRule = { party: 'callee', language: 'en', acceptance: 'required' };
const caller: NoticeRule = { party: 'caller', language: 'es', acceptance: 'none' };

const decision = (change: Partial<CallDecided['data']> = {}): CallDecided => ({
  type: 'routing.CallDecided',
  data: {
    facility: 'ME01',
    at,
    outcome: 'connect',
    recording: 'after-notice',
    reasons: [],
    notices: [callee],
    maxSeconds: 3600,
    policyVersion: 1,
    registry: { positions: [], digest: '', protectedNumbers: 1, ageMs: 0, state: 'fresh' },
    directory: { positions: [], digest: '' },
    ...change,
  },
});
const answer = (result: 'accepted' | 'declined' | 'no-answer', party: 'caller' | 'callee' = 'callee') =>
  ({ type: 'AnswerNotice', party, result, at: later }) as const;
const answered = (result: 'accepted' | 'declined' | 'no-answer', party: 'caller' | 'callee' = 'callee'): CallEvent => ({
  type: 'routing.NoticeAnswered',
  data: { party, result },
});
const connected: CallEvent = { type: 'routing.CallConnected', data: { at } };
const ended: CallEvent = { type: 'routing.CallEnded', data: { at: later, connected: true } };
const revoked: CallEvent = { type: 'routing.PermitRevoked', data: { reasons: ['number-protected'] } };

const given = (...events: CallEvent[]) => {
  const state = events.reduce(evolve, initialState());
  return { state, when: (command: CallCommand) => decide(command, state) };
};

const codeOf = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    return error instanceof PrivityError ? error.code : undefined;
  }
  return undefined;
};

describe('a call after its decision', () => {
  it('records answers, connection and end', () => {
    expect(given(decision()).when(answer('accepted'))).toEqual([answered('accepted')]);
    expect(given(decision()).when({ type: 'ConnectCall', at })).toEqual([connected]);
    expect(given(decision(), connected).when({ type: 'EndCall', at: later })).toEqual([ended]);
    expect(given(decision()).when({ type: 'EndCall', at: later })).toEqual([
      { type: 'routing.CallEnded', data: { at: later, connected: false } },
    ]);
  });

  it('adds nothing when told again', () => {
    const over = given(decision(), answered('accepted'), connected, ended, revoked);
    expect(over.when(answer('accepted'))).toEqual([]);
    expect(over.when({ type: 'ConnectCall', at })).toEqual([]);
    expect(over.when({ type: 'EndCall', at: later })).toEqual([]);
    expect(over.when({ type: 'RevokePermit', reasons: [] })).toEqual([]);
  });

  it('ends by itself when it can no longer go on, and was not ended or answered meanwhile', () => {
    const lapse = (connected: boolean) => ({ type: 'LapseCall', at: later, connected }) as const;
    const lapsed = (data: { connected: boolean }): CallEvent => ({
      type: 'routing.CallEnded',
      data: { at: later, ...data, by: 'timeout' },
    });
    expect(given(decision()).when(lapse(false))).toEqual([lapsed({ connected: false })]);
    expect(given(decision(), connected).when(lapse(true))).toEqual([lapsed({ connected: true })]);
    // Whoever noticed that nobody answered did not know yet that somebody just did.
    expect(given(decision(), connected).when(lapse(false))).toEqual([]);
    expect(given(decision(), connected, ended).when(lapse(true))).toEqual([]);
    expect(given(decision(), lapsed({ connected: false })).when({ type: 'EndCall', at })).toEqual([]);
  });

  it('lets a refusal stand, and takes one after an acceptance', () => {
    expect(given(decision(), answered('declined')).when(answer('accepted'))).toEqual([]);
    expect(given(decision(), answered('accepted')).when(answer('declined'))).toEqual([answered('declined')]);
    expect(given(decision(), answered('no-answer')).when(answer('accepted'))).toEqual([answered('accepted')]);
  });

  describe('whose policy has no call without consent', () => {
    const strict = decision({ declined: 'not-connected', notices: [callee, caller] });
    const over: CallEvent = { type: 'routing.CallEnded', data: { at: later, connected: false } };

    it.each(['declined', 'no-answer'] as const)('ends where a required acceptance is %s', (result) => {
      expect(given(strict).when(answer(result))).toEqual([answered(result), over]);
      const { state } = given(strict, answered(result), over);
      expect(permitRefusal(state)).toBe('call-ended');
      expect(decide(answer(result), state)).toEqual([]);
      expect(codeOf(() => decide(answer('accepted', 'caller'), state))).toBe('call-ended');
    });

    it('ends when consent is taken back, though both talk', () => {
      expect(given(strict, answered('accepted'), connected).when(answer('declined'))).toEqual([
        answered('declined'),
        { ...over, data: { at: later, connected: true } },
      ]);
    });

    it('goes on where nothing depends on the answer', () => {
      expect(given(strict).when(answer('accepted'))).toEqual([answered('accepted')]);
      expect(given(strict).when(answer('declined', 'caller'))).toEqual([answered('declined', 'caller')]);
      // It is not recorded any more, whoever says what.
      expect(given(strict, revoked).when(answer('declined'))).toEqual([answered('declined')]);
      expect(given(decision()).when(answer('declined'))).toEqual([answered('declined')]);
    });
  });

  it.each([
    ['call-not-found', given(), answer('accepted')],
    ['call-denied', given(decision({ outcome: 'deny', recording: 'off' })), { type: 'ConnectCall', at } as const],
    ['call-not-permitted', given(decision()), answer('accepted', 'caller')],
    ['call-not-permitted', given(decision({ recording: 'off', notices: [] })), answer('accepted')],
    ['call-ended', given(decision(), ended), answer('accepted')],
    ['call-ended', given(decision(), ended), { type: 'ConnectCall', at } as const],
  ])('refuses with %s', (code, call, command) => {
    expect(codeOf(() => call.when(command))).toBe(code);
  });
});

describe('a permit', () => {
  it('needs every required acceptance, and nothing that ended it', () => {
    const both = decision({ notices: [callee, caller] });
    expect(permitRefusal(given(both).state)).toBe('notice-unanswered');
    expect(permitRefusal(given(both, answered('no-answer')).state)).toBe('notice-unanswered');
    expect(permitRefusal(given(both, answered('accepted')).state)).toBeUndefined();
    expect(permitRefusal(given(both, answered('accepted'), answered('declined', 'caller')).state)).toBe(
      'notice-declined',
    );
    expect(permitRefusal(given(both, answered('accepted'), revoked).state)).toBe('permit-revoked');
    expect(permitRefusal(given(both, answered('accepted'), ended).state)).toBe('call-ended');
  });

  it.each([
    ['no decision', given()],
    ['an unrecorded call', given(decision({ recording: 'off' }), answered('accepted'))],
    ['a denied call', given(decision({ outcome: 'deny' }), answered('accepted'))],
    ['a decision without a notice', given(decision({ notices: [] }))],
  ])('never exists for %s (P1)', (_, call) => {
    expect(permitRefusal(call.state)).toBe('not-permitted');
  });
});
