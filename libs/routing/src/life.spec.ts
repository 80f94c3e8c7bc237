import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CallCommand } from './commands.js';
import { CallRefused, decide, permitRefusal } from './decide.js';
import type { CallDecided, CallEvent } from './events.js';
import { evolve, initialState } from './evolve.js';

const decision: CallDecided = {
  type: 'routing.CallDecided',
  data: {
    facility: 'ME01',
    at: '2026-06-01T12:00:00.000Z',
    outcome: 'connect',
    recording: 'after-notice',
    reasons: [],
    notices: [
      { party: 'callee', language: 'en', acceptance: 'required' },
      { party: 'caller', language: 'en', acceptance: 'required' },
    ],
    maxSeconds: 3600,
    policyVersion: 1,
    registry: { positions: [], digest: '', protectedNumbers: 1, ageMs: 0, state: 'fresh' },
    directory: { positions: [], digest: '' },
  },
};

const at = fc.constantFrom('2026-06-01T12:00:01.000Z', '2026-06-01T11:59:00.000Z', '2026-06-01T13:00:00.000Z');
const command: fc.Arbitrary<CallCommand> = fc.oneof(
  fc.record({
    type: fc.constant('AnswerNotice' as const),
    party: fc.constantFrom('caller' as const, 'callee' as const),
    result: fc.constantFrom('accepted' as const, 'declined' as const, 'no-answer' as const),
    at,
  }),
  fc.record({ type: fc.constant('ConnectCall' as const), at }),
  fc.record({ type: fc.constant('EndCall' as const), at }),
  fc.record({ type: fc.constant('LapseCall' as const), at, connected: fc.boolean() }),
  fc.record({ type: fc.constant('RevokePermit' as const), reasons: fc.constant([]) }),
  fc.record({
    type: fc.constant('ClaimPrivilege' as const),
    party: fc.constantFrom('caller' as const, 'callee' as const),
  }),
  fc.record({ type: fc.constant('AddParty' as const) }),
);

/** What a command leads to, or the code of its refusal. */
const outcome = (given: CallCommand, events: readonly CallEvent[]): readonly CallEvent[] | string => {
  try {
    return decide(given, events.reduce(evolve, initialState()));
  } catch (error) {
    if (error instanceof CallRefused) return error.code;
    throw error;
  }
};
const live = (commands: readonly CallCommand[]): CallEvent[] =>
  commands.reduce<CallEvent[]>(
    (events, given) => {
      const decided = outcome(given, events);
      return typeof decided === 'string' ? events : [...events, ...decided];
    },
    [decision],
  );
const count = (events: readonly CallEvent[], type: CallEvent['type']) =>
  events.filter((event) => event.type === type).length;

describe('however posts arrive', () => {
  it('a call connects once, ends once, and nothing comes after its end', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 25 }), (commands) => {
        const events = live(commands);
        expect(count(events, 'routing.CallConnected')).toBeLessThanOrEqual(1);
        expect(count(events, 'routing.CallEnded')).toBeLessThanOrEqual(1);
        const end = events.findIndex(({ type }) => type === 'routing.CallEnded');
        if (end >= 0) expect(end).toBe(events.length - 1);
      }),
    );
  });

  it('an end says whether the call was connected before it', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 25 }), (commands) => {
        const events = live(commands);
        const end = events.at(-1);
        if (end?.type !== 'routing.CallEnded') return;
        expect(end.data.connected).toBe(count(events, 'routing.CallConnected') === 1);
      }),
    );
  });

  it('a post that comes again at once adds nothing', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 15 }), command, (commands, given) => {
        const before = live(commands);
        const first = outcome(given, before);
        if (typeof first === 'string') return;
        expect(outcome(given, [...before, ...first])).toEqual([]);
      }),
    );
  });

  it('nothing but an acceptance of all that is asked gives a permit, and neither an end nor a refusal is undone (P1)', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 25 }), command, (commands, given) => {
        const before = live(commands);
        const state = before.reduce(evolve, initialState());
        const refusal = permitRefusal(state);
        const added = outcome(given, before);
        const after = typeof added === 'string' ? state : added.reduce(evolve, state);
        if (permitRefusal(after) !== undefined) return;
        expect(after.answers).toEqual({ caller: 'accepted', callee: 'accepted' });
        expect([undefined, 'notice-unanswered']).toContain(refusal);
      }),
    );
  });
});
