import { describe, expect, it } from '@jest/globals';
import { localDay } from '@privity/kernel';
import fc from 'fast-check';
import { decideCall } from './decide-call.js';
import { DirectoryView } from './directory-view.js';
import type { CallDecided, FacilityPolicy, JurisdictionRule, NoticeRule } from './events.js';
import { gatherFacts, type RegistryMoment } from './facts.js';
import { NO_RULES, Rules } from './jurisdictions.js';

const CALLER = `a.${'c'.repeat(43)}`;
const DIALED = `a.${'d'.repeat(43)}`;
const AT = '2026-06-15T12:00:00.000Z';
const caller: NoticeRule = { party: 'caller', language: 'es', acceptance: 'none' };
const callee: NoticeRule = { party: 'callee', language: 'en', acceptance: 'required' };
const bothRequired = [{ ...caller, acceptance: 'required' }, callee];

const rule = (state: string, consent: JurisdictionRule['consent'], change: Partial<JurisdictionRule> = {}) => ({
  ...{ state, consent, from: '2020-01-01', source: 'a law' },
  ...change,
});
const NY = rule('NY', 'one-party');
const TX = rule('TX', 'one-party');
const CA = rule('CA', 'all-party');

interface Scene {
  readonly rules?: readonly JurisdictionRule[];
  readonly facility?: string | undefined;
  readonly callee?: string | undefined;
  readonly notices?: readonly NoticeRule[];
  readonly at?: string;
  readonly standing?: (index: string) => 'hotline' | 'protected' | undefined;
  readonly policy?: Partial<FacilityPolicy>;
  readonly legal?: boolean;
  readonly unreadable?: boolean;
}

/** A call that nothing but consent may keep from being recorded. */
function decided({ rules, facility = 'NY', at = AT, notices = [caller, callee], standing, ...scene }: Scene) {
  const view = new DirectoryView();
  const place = { name: 'x', type: 'jail', population: 1, timezone: 'America/New_York' };
  view.apply(0, 1, 'a', { type: 'routing.FacilityListed', data: { facility: 'F1', state: facility, ...place } });
  const policy: FacilityPolicy = {
    ...{ allowedList: 'off', presence: 'noted', recording: 'permitted', maxSeconds: 60 },
    ...{ notices, ...scene.policy },
  };
  view.apply(0, 2, 'b', { type: 'routing.FacilityPolicySet', data: { facility: 'F1', version: 1, policy } });
  const person = { kid: 'k', iv: 'i', ct: 'c' };
  const inCustody = { caller: CALLER, person, facility: 'F1', status: 'in' } as const;
  view.apply(0, 3, 'd', { type: 'routing.CallerListed', data: inCustody });
  const numbers = [{ index: DIALED, relation: 'LEGAL', status: 'approved' } as const];
  if (scene.legal) view.apply(0, 4, 'e', { type: 'routing.NumbersAllowed', data: { caller: CALLER, numbers } });
  if (rules !== undefined) view.apply(1, 1, 'c', { type: 'routing.JurisdictionRulesSet', data: { version: 3, rules } });
  const registry: RegistryMoment = {
    used: { positions: [], digest: 'r', protectedNumbers: 7, ageMs: 40, state: 'fresh' },
    standing: standing ?? (() => undefined),
    claim: () => undefined,
    hasHeardOf: () => false,
  };
  const calleeState = 'callee' in scene ? scene.callee : 'TX';
  const request = {
    ...{ facility: 'F1', caller: CALLER, at },
    ...(scene.unreadable ? {} : { dialed: DIALED }),
    ...(calleeState === undefined ? {} : { calleeState }),
  };
  return decideCall(request, gatherFacts(request, registry, view.now())).data;
}
const recorded = (notices: readonly unknown[]) => ({ recording: 'after-notice', notices });

describe('consent to recording', () => {
  it('between two one-party states is what the policy asks for', () => {
    const data = decided({ rules: [NY, TX, CA] });
    expect(data).toMatchObject(recorded([caller, callee]));
    expect(data.jurisdiction).toEqual({ facility: 'NY', callee: 'TX', rules: 3 });
    expect(decided({ rules: [NY, TX], notices: [callee] })).toMatchObject(recorded([callee]));
  });

  it.each<[string, Scene]>([
    ['the called party is in an all-party state', { rules: [NY, CA], callee: 'CA' }],
    ['the facility is in an all-party state', { rules: [CA, TX], facility: 'CA' }],
    ['the called state is not known', { rules: [NY], callee: undefined }],
    ['the called state has no rule', { rules: [NY] }],
    ["the facility's state has no rule", { rules: [TX] }],
    ['no rules were set', {}],
    ['the rule has ended', { rules: [NY, rule('TX', 'one-party', { until: '2026-06-14' })] }],
    ['the rule has not begun', { rules: [NY, rule('TX', 'one-party', { from: '2026-06-16' })] }],
  ])('is asked of both, and needed of both, where %s', (_, scene) => {
    expect(decided(scene)).toMatchObject(recorded(bothRequired));
    for (const [notices, reasons] of [
      [[callee], ['consent-not-asked']],
      [[caller], ['consent-not-asked']],
      [[], ['facility-policy']],
    ] as const) {
      expect(decided({ ...scene, notices })).toMatchObject({
        recording: 'off',
        outcome: 'connect',
        notices: [],
        reasons,
      });
    }
  });

  it("goes by the facility's calendar: the last day is midnight to midnight there", () => {
    const rules = [
      NY,
      rule('TX', 'one-party', { until: '2026-06-15' }),
      rule('TX', 'all-party', { from: '2026-06-16' }),
    ];
    // New York's midnight is four o'clock UTC in summer.
    expect(decided({ rules, at: '2026-06-16T03:59:59.999Z' }).notices).toEqual([caller, callee]);
    expect(decided({ rules, at: '2026-06-16T04:00:00.000Z' }).notices).toEqual(bothRequired);
  });

  const only = (index: string, standing: 'hotline' | 'protected') => (asked: string) =>
    asked === index ? standing : undefined;
  it.each<[string, Scene]>([
    ['a hotline', { standing: only(DIALED, 'hotline') }],
    ['a protected number', { standing: only(DIALED, 'protected') }],
    ['a protected caller', { standing: only(CALLER, 'protected') }],
    ['a number listed as legal', { legal: true }],
  ])('of %s is asked of nobody, and nobody learns where it went (P12)', (_, scene) => {
    const call = { ...scene, rules: [NY, CA], notices: [callee] };
    const data = decided({ ...call, callee: 'CA' });
    expect(data).toMatchObject({ outcome: 'connect', recording: 'off' });
    expect(data.jurisdiction).toEqual({ facility: 'NY', rules: 3 });
    expect(data.reasons).toHaveLength(1);
    expect(data).toEqual(decided({ ...call, callee: 'TX' }));
  });

  it('is asked of nobody where the number cannot be read', () => {
    const data = decided({ rules: [NY], notices: [callee], unreadable: true });
    expect(data).toMatchObject({ outcome: 'deny', reasons: ['invalid-number'] });
  });

  it('carries what becomes of a declined call only where it is not connected, and only where anybody is asked', () => {
    const policy = { declined: 'not-connected' } as const;
    expect(decided({ policy }).declined).toBe('not-connected');
    expect(decided({ policy: { declined: 'unrecorded' } })).not.toHaveProperty('declined');
    expect(decided({ policy, notices: [callee] })).not.toHaveProperty('declined');
  });
});

describe('laws', () => {
  const STATES = ['NY', 'TX', 'CA'] as const;
  const day = fc.integer({ min: 12, max: 18 }).map((n) => `2026-06-${n}`);
  /** At most two rules of a state, the second from the day after the first. */
  const ofState = (state: string) =>
    fc
      .tuple(
        fc.subarray([0, 1]),
        day,
        fc.constantFrom('one-party', 'all-party'),
        fc.constantFrom('one-party', 'all-party'),
      )
      .map(([which, change, first, second]) => {
        const next = `2026-06-${Number(change.slice(-2)) + 1}`;
        const both = [rule(state, first, { until: change }), rule(state, second, { from: next })];
        return which.map((n) => both[n] as JurisdictionRule);
      });
  const rules = fc.tuple(...STATES.map(ofState)).map((all) => all.flat());
  const instant = fc
    .integer({ min: Date.UTC(2026, 5, 11), max: Date.UTC(2026, 5, 20) })
    .map((ms) => new Date(ms).toISOString());
  const scene = fc.record({
    rules,
    facility: fc.constantFrom(...STATES),
    callee: fc.constantFrom(...STATES, undefined),
    notices: fc.subarray([caller, callee, { ...caller, language: 'en' }, { ...callee, acceptance: 'none' as const }]),
    at: instant,
  });

  /** Recording does not begin in `strict` where it does not in `lax`, nor by fewer acceptances. */
  const atLeastAsStrict = (strict: CallDecided['data'], lax: CallDecided['data']) => {
    if (lax.recording === 'off') expect(strict.recording).toBe('off');
    if (strict.recording === 'off') return;
    const required = ({ notices }: CallDecided['data']) =>
      notices.flatMap(({ acceptance }, n) => (acceptance === 'required' ? [n] : []));
    expect(required(strict)).toEqual(expect.arrayContaining(required(lax)));
    expect(strict.notices.length).toBe(lax.notices.length);
  };

  it('a rule made stricter, or an all-party rule more, neither turns recording on nor removes an acceptance (P2)', () => {
    fc.assert(
      fc.property(scene, fc.nat(5), fc.constantFrom(...STATES, 'WA'), (before, n, state) => {
        const stricter = before.rules.map((one, at) => (at === n ? { ...one, consent: 'all-party' as const } : one));
        atLeastAsStrict(decided({ ...before, rules: stricter }), decided(before));
        const free = !before.rules.some((one) => one.state === state);
        if (free)
          atLeastAsStrict(decided({ ...before, rules: [...before.rules, rule(state, 'all-party')] }), decided(before));
      }),
    );
  });

  it('the order of rules changes nothing', () => {
    fc.assert(
      fc.property(scene, (one) => {
        expect(decided({ ...one, rules: [...one.rules].reverse() })).toEqual(decided(one));
      }),
    );
  });

  it('an unknown state is as strict as any (P3)', () => {
    fc.assert(
      fc.property(scene, (one) => {
        atLeastAsStrict(decided({ ...one, callee: undefined }), decided(one));
        atLeastAsStrict(decided({ ...one, rules: [] }), decided(one));
      }),
    );
  });

  it('the stricter of both ends holds, whichever end it is', () => {
    fc.assert(
      fc.property(scene, (one) => {
        if (one.callee === undefined) return;
        const { facility, callee: other } = one;
        expect(decided({ ...one, facility: other, callee: facility }).notices).toEqual(decided(one).notices);
      }),
    );
  });

  it('a day is told without a calendar as with one', () => {
    const zone = fc.constantFrom('America/New_York', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'UTC');
    fc.assert(
      fc.property(rules, fc.constantFrom(...STATES), instant, zone, (all, state, at, timezone) => {
        const today = localDay(at, timezone);
        const holds = all.find(
          (one) => one.state === state && one.from <= today && (one.until === undefined || today <= one.until),
        );
        expect(new Rules({ version: 1, rules: all }).consent(state, at, timezone)).toBe(holds?.consent);
      }),
      { numRuns: 500 },
    );
    expect(NO_RULES.consent('NY', AT, 'UTC')).toBeUndefined();
  });
});
