import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decideCall } from './decide-call.js';
import type { CallFacts } from './facts.js';
import { STRICTEST_POLICY } from './policy.js';
import { REASONS } from './reasons.js';
import type { ReasonCode } from './events.js';

const CALLER = `a.${'c'.repeat(43)}`;
const DIALED = `a.${'d'.repeat(43)}`;
const request = { facility: 'ME01', caller: CALLER, dialed: DIALED, at: '2026-06-01T12:00:00.000Z' };
const vector = new Array<number>(12).fill(3);

/** A call that is recorded after notice; each test changes what it is about. */
const recordable: CallFacts = {
  hotline: false,
  numberProtected: false,
  callerProtected: false,
  legalRelation: false,
  otherClaimed: false,
  facilityKnown: true,
  policy: {
    allowedList: 'required',
    presence: 'required',
    recording: 'permitted',
    notices: [{ party: 'callee', language: 'en', acceptance: 'required' }],
    maxSeconds: 3600,
  },
  policyVersion: 1,
  jurisdiction: { facility: 'ME', callee: 'NY', rules: 1 },
  consent: 'one-party',
  callerListed: true,
  callerHere: true,
  allowed: true,
  block: undefined,
  withinHours: true,
  registry: { positions: vector, digest: 'r', protectedNumbers: 7, ageMs: 40, state: 'fresh' },
  directory: { positions: vector, digest: 'd' },
};
const policy = (change: Partial<CallFacts['policy']>) => ({ policy: { ...recordable.policy, ...change } });
const registry = (change: Partial<CallFacts['registry']>) => ({ registry: { ...recordable.registry, ...change } });
const decided = (change: Partial<CallFacts>, asked = request) => decideCall(asked, { ...recordable, ...change }).data;

describe('a call', () => {
  it('is recorded after notice when nothing speaks against it', () => {
    expect(decided({})).toMatchObject({ outcome: 'connect', recording: 'after-notice', reasons: [], maxSeconds: 3600 });
    expect(decided({}).notices).toEqual(recordable.policy.notices);
  });

  const denied: [ReasonCode[], Partial<CallFacts>][] = [
    [['not-on-allowed-list'], { allowed: false }],
    [['not-on-allowed-list', 'caller-unknown'], { allowed: false, callerListed: false, callerHere: false }],
    [['caller-unknown'], { callerListed: false, callerHere: false }],
    [['caller-not-here'], { callerHere: false }],
    // An order that nobody listens is no leave to call anybody.
    [['not-on-allowed-list', 'caller-protected'], { allowed: false, callerProtected: true }],
    [['facility-unknown', 'facility-policy'], { facilityKnown: false, policy: STRICTEST_POLICY, policyVersion: 0 }],
    [['outside-hours'], { withinHours: false }],
    [['number-blocked'], { block: 'block-1' }],
    // An order holds, whoever answers (P3).
    [['number-blocked', 'number-protected'], { block: 'block-1', numberProtected: true, withinHours: false }],
    [['number-blocked', 'legal-relation-listed'], { block: 'block-1', legalRelation: true, allowed: false }],
    [['not-on-allowed-list', 'registry-stale'], { allowed: false, ...registry({ state: 'stale' }) }],
  ];
  it.each(denied)('is denied: %s', (reasons, change) => {
    expect(decided(change)).toMatchObject({ outcome: 'deny', recording: 'off', reasons, notices: [], maxSeconds: 0 });
  });

  it('that a party claimed to be privileged gets three short calls until somebody has found out, never a recorded one (T11)', () => {
    for (const claimedCalls of [0, 1, 2])
      expect(decided({ claimedCalls })).toMatchObject({ outcome: 'connect', recording: 'off', maxSeconds: 600 });
    expect(decided({ claimedCalls: 0, ...policy({ maxSeconds: 60 }) }).maxSeconds).toBe(60);
    expect(decided({ claimedCalls: 3 })).toMatchObject({
      ...{ outcome: 'deny', recording: 'off', reasons: ['claim-unsettled', 'privilege-claimed'], maxSeconds: 0 },
    });
  });

  it('is denied when the dialled digits cannot be read, whatever else holds', () => {
    const unreadable = { facility: request.facility, caller: request.caller, at: request.at };
    const { data } = decideCall(unreadable, { ...recordable, legalRelation: false, allowed: false });
    expect(data).toMatchObject({ outcome: 'deny', reasons: ['invalid-number'] });
    expect(data).not.toHaveProperty('dialed');
  });

  const unrecorded: [ReasonCode[], Partial<CallFacts>][] = [
    [['number-protected'], { numberProtected: true }],
    [['number-protected'], { numberProtected: true, allowed: false }],
    [['number-protected'], { numberProtected: true, withinHours: false }],
    [['legal-relation-listed'], { legalRelation: true, allowed: false, withinHours: false }],
    [['number-protected', 'legal-relation-listed'], { numberProtected: true, legalRelation: true }],
    [['caller-protected'], { callerProtected: true }],
    [['number-protected', 'caller-protected'], { numberProtected: true, callerProtected: true }],
    [['facility-policy'], policy({ recording: 'off' })],
    [['facility-policy'], policy({ notices: [] })],
    [['registry-stale'], registry({ state: 'stale' })],
    [['registry-stale', 'registry-empty'], registry({ state: 'stale', protectedNumbers: 0, ageMs: -1 })],
    [['registry-empty'], registry({ protectedNumbers: 0 })],
    [['registry-digest-mismatch'], registry({ state: 'mismatch' })],
    [['number-protected', 'caller-elsewhere'], { numberProtected: true, callerHere: false }],
    [['number-protected', 'caller-unlisted'], { numberProtected: true, callerListed: false, callerHere: false }],
    [
      ['number-protected', 'facility-policy'],
      { numberProtected: true, facilityKnown: false, ...policy({ recording: 'off' }) },
    ],
  ];
  it.each(unrecorded)('connects unrecorded: %s', (reasons, change) => {
    expect(decided(change)).toMatchObject({
      outcome: 'connect',
      recording: 'off',
      reasons,
      notices: [],
      maxSeconds: 3600,
    });
  });

  const noted: [ReasonCode[], Partial<CallFacts>][] = [
    [['caller-elsewhere'], { callerHere: false, ...policy({ presence: 'noted' }) }],
    [['caller-unlisted'], { callerListed: false, callerHere: false, ...policy({ presence: 'noted' }) }],
    [[], { allowed: false, ...policy({ allowedList: 'off' }) }],
  ];
  it.each(noted)('is recorded after notice with a note: %s', (reasons, change) => {
    expect(decided(change)).toMatchObject({ outcome: 'connect', recording: 'after-notice', reasons });
  });

  it('to a hotline says nothing of the caller, listed or not (P11)', () => {
    const data = decided({ hotline: true, callerListed: false, callerHere: false, allowed: false });
    expect(data).toMatchObject({ outcome: 'connect', recording: 'off', reasons: ['hotline'] });
    expect(JSON.stringify(data)).not.toContain(CALLER);
    expect(data).toEqual(decided({ hotline: true }));
  });
});

describe('laws', () => {
  const unclaimed: fc.Arbitrary<CallFacts> = fc.record({
    hotline: fc.boolean(),
    numberProtected: fc.boolean(),
    callerProtected: fc.boolean(),
    legalRelation: fc.boolean(),
    otherClaimed: fc.boolean(),
    facilityKnown: fc.boolean(),
    policy: fc.record({
      allowedList: fc.constantFrom('required' as const, 'off' as const),
      presence: fc.constantFrom('required' as const, 'noted' as const),
      recording: fc.constantFrom('permitted' as const, 'off' as const),
      notices: fc.constantFrom([], recordable.policy.notices),
      maxSeconds: fc.integer({ min: 1, max: 86_400 }),
    }),
    policyVersion: fc.nat(5),
    jurisdiction: fc.constant(recordable.jurisdiction),
    consent: fc.constantFrom('one-party' as const, 'all-party' as const),
    callerListed: fc.boolean(),
    callerHere: fc.boolean(),
    allowed: fc.boolean(),
    block: fc.option(fc.constant('block-1'), { nil: undefined }),
    withinHours: fc.boolean(),
    registry: fc.record({
      positions: fc.constant(vector),
      digest: fc.constant('r'),
      protectedNumbers: fc.nat(2),
      ageMs: fc.integer({ min: -1, max: 20_000 }),
      state: fc.constantFrom('fresh' as const, 'stale' as const, 'mismatch' as const),
    }),
    directory: fc.constant(recordable.directory),
  });
  const facts = fc
    .tuple(unclaimed, fc.option(fc.nat(4), { nil: undefined }))
    .map(([some, claimedCalls]): CallFacts => (claimedCalls === undefined ? some : { ...some, claimedCalls }));
  const source = fc.constantFrom<Partial<CallFacts>>(
    { numberProtected: true },
    { legalRelation: true },
    { hotline: true, numberProtected: false },
  );

  it('one protection more never turns recording on, nor denies what connected (P2)', () => {
    fc.assert(
      fc.property(facts, source, (before, more) => {
        const a = decideCall(request, before).data;
        const b = decideCall(request, { ...before, ...more }).data;
        expect(b.recording).toBe('off');
        if (a.outcome === 'connect') expect(b.outcome).toBe('connect');
      }),
    );
  });

  it('a block more denies, whatever else holds, and never turns recording on', () => {
    fc.assert(
      fc.property(facts, (any) => {
        const before = decideCall(request, { ...any, block: undefined }).data;
        const { outcome, recording, block } = decideCall(request, { ...any, block: 'block-2' }).data;
        if (any.hotline) expect({ outcome, recording }).toEqual({ outcome: 'connect', recording: 'off' });
        else expect({ outcome, recording, block }).toEqual({ outcome: 'deny', recording: 'off', block: 'block-2' });
        expect(before).not.toHaveProperty('block');
      }),
    );
  });

  it('hours deny no call that must connect, and turn recording on for none', () => {
    fc.assert(
      fc.property(facts, (any) => {
        const open = decideCall(request, { ...any, withinHours: true }).data;
        const closed = decideCall(request, { ...any, withinHours: false }).data;
        const mustConnect = any.hotline || any.numberProtected || any.legalRelation;
        if (mustConnect) expect(closed).toEqual(open);
        else expect(closed).toMatchObject({ outcome: 'deny', recording: 'off' });
      }),
    );
  });

  it('a protected person is recorded with nobody, and may call whom they might before (P2, T4)', () => {
    fc.assert(
      fc.property(facts, (before) => {
        const a = decideCall(request, { ...before, callerProtected: false }).data;
        const b = decideCall(request, { ...before, callerProtected: true }).data;
        expect(b).toMatchObject({ recording: 'off', outcome: a.outcome });
      }),
    );
  });

  it('a claim never turns recording on, whatever else holds (T11)', () => {
    fc.assert(
      fc.property(facts, fc.nat(4), (before, claimedCalls) => {
        expect(decideCall(request, { ...before, claimedCalls }).data.recording).toBe('off');
      }),
    );
  });

  it('no list, policy, site or hours override a protection: it is unrecorded, and connects unless it is blocked (P2, P3)', () => {
    fc.assert(
      fc.property(facts, source, (any, protection) => {
        const { data } = decideCall(request, { ...any, ...protection });
        expect(data.recording).toBe('off');
        // Of all that speaks against a call only a block holds, and at a hotline not even that.
        const isBlocked = any.block !== undefined && !('hotline' in protection) && !any.hotline;
        expect(data.outcome).toBe(isBlocked ? 'deny' : 'connect');
      }),
    );
  });

  it('recording needs every condition at once (P1, P3)', () => {
    fc.assert(
      fc.property(facts, (any) => {
        const { recording, reasons, outcome, notices } = decideCall(request, any).data;
        const on = recording === 'after-notice';
        if (on) {
          expect(any).toMatchObject({
            hotline: false,
            numberProtected: false,
            callerProtected: false,
            legalRelation: false,
            otherClaimed: false,
            facilityKnown: true,
          });
          expect(any.registry.state).toBe('fresh');
          expect(any.registry.protectedNumbers).toBeGreaterThan(0);
          expect(any.policy.recording).toBe('permitted');
          expect(notices.length).toBeGreaterThan(0);
        }
        expect(on).toBe(outcome === 'connect' && !reasons.some((reason) => REASONS[reason] === 'unrecorded'));
      }),
    );
  });

  it('names reasons in the order of the closed list, each once', () => {
    const order = Object.keys(REASONS);
    fc.assert(
      fc.property(facts, (any) => {
        const ranks = decideCall(request, any).data.reasons.map((reason) => order.indexOf(reason));
        expect(ranks).toEqual([...new Set(ranks)].sort((a, b) => a - b));
      }),
    );
  });
});
