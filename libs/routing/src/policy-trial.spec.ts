import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decideCall } from './decide-call.js';
import { DirectoryView } from './directory-view.js';
import type { FacilityPolicy, RegistryViewUsed, RoutingEvent } from './events.js';
import { gatherFacts, type Standing } from './facts.js';
import { PolicyTrial, saysPrivate, underPolicy } from './policy-trial.js';

const sealed = { kid: 'k', iv: 'i', ct: 'c' };
const notices = (['caller', 'callee'] as const).map(
  (party) => ({ party, language: 'en', acceptance: 'required' }) as const,
);
const base: FacilityPolicy = {
  allowedList: 'off',
  presence: 'noted',
  recording: 'permitted',
  notices,
  maxSeconds: 600,
};
// 2026-03-01T12:00Z is a Sunday, 7 in the morning in New York.
const at = '2026-03-01T12:00:00.000Z';

function directoryWith(policy: FacilityPolicy): DirectoryView {
  const place = { name: 'A', state: 'ME', type: 'jail', population: 9, timezone: 'America/New_York' };
  const events: RoutingEvent[] = [
    { type: 'routing.FacilityListed', data: { facility: 'ME01', ...place } },
    { type: 'routing.FacilityPolicySet', data: { facility: 'ME01', version: 1, policy } },
    { type: 'routing.CallerListed', data: { caller: 'e1.c', person: sealed, facility: 'NY02', status: 'in' } },
    {
      type: 'routing.NumbersAllowed',
      data: {
        caller: 'e1.c',
        numbers: [
          { index: 'e1.friend', relation: 'FRIEND', status: 'approved' },
          { index: 'e1.legal', relation: 'LEGAL', status: 'pending' },
        ],
      },
    },
    {
      type: 'routing.NumberBlocked',
      data: {
        ...{ block: 'b1', index: 'e1.blocked', kind: 'facility', number: sealed, basis: sealed },
        ...{ since: at, blockedBy: 'a' },
      },
    },
  ];
  const view = new DirectoryView();
  events.forEach((event, i) => view.apply(2, i + 1, `id-${i}`, event));
  return view;
}

interface Asked {
  readonly facility: string;
  readonly dialed: string;
  readonly caller: string;
  readonly standing: Standing;
  readonly isCallerProtected: boolean;
  readonly state: RegistryViewUsed['state'];
}
const decide = (view: DirectoryView, { facility, dialed, caller, standing, isCallerProtected, state }: Asked) => {
  const registry = {
    used: { positions: [], digest: 'r', protectedNumbers: 1, ageMs: 0, state },
    claim: (index: string) => (index === dialed && standing === 'claimed' ? 'call-1' : undefined),
    hasHeardOf: () => true,
    standing: (index: string) => (index === dialed ? standing : isCallerProtected ? ('protected' as const) : undefined),
  };
  const request = { facility, caller, dialed, at };
  return decideCall(request, gatherFacts(request, registry, view.now())).data;
};

const policies: fc.Arbitrary<FacilityPolicy> = fc.record(
  {
    allowedList: fc.constantFrom('required' as const, 'off' as const),
    presence: fc.constantFrom('required' as const, 'noted' as const),
    recording: fc.constantFrom('permitted' as const, 'off' as const),
    notices: fc.constant(notices),
    maxSeconds: fc.constantFrom(600, 900),
    hours: fc.constantFrom(
      [{ days: ['sun' as const], from: '07:00', to: '07:01' }],
      [{ days: ['sun' as const], from: '07:01', to: '24:00' }],
    ),
  },
  { requiredKeys: ['allowedList', 'presence', 'recording', 'notices', 'maxSeconds'] },
);
const asked: fc.Arbitrary<Asked> = fc.record({
  facility: fc.constantFrom('ME01', 'XX99'),
  dialed: fc.constantFrom('e1.friend', 'e1.legal', 'e1.blocked', 'e1.nobody'),
  caller: fc.constantFrom('e1.c', 'e1.x'),
  standing: fc.constantFrom(undefined, 'claimed' as const, 'protected' as const, 'hotline' as const),
  isCallerProtected: fc.boolean(),
  state: fc.constantFrom('fresh' as const, 'stale' as const, 'mismatch' as const),
});

describe('a policy that is tried', () => {
  it('decides as it would have decided had it been in force', () => {
    fc.assert(
      fc.property(policies, policies, asked, (before, tried, call) => {
        const was = decide(directoryWith(before), call);
        const would = underPolicy(was, directoryWith(before), tried);
        const had = decide(directoryWith(tried), call);
        expect({ ...would, directory: undefined }).toEqual({ ...had, directory: undefined });
      }),
    );
  });

  it('changes nothing where it is the one in force', () => {
    fc.assert(
      fc.property(policies, fc.array(asked), (policy, calls) => {
        const view = directoryWith(policy);
        const trial = new PolicyTrial(view, policy);
        for (const call of calls) trial.take('x', decide(view, call), false);
        expect(trial.counts()).toEqual({
          ...{ decisions: calls.length, changed: 0, byReason: {}, outcomes: {}, recording: {}, samples: [] },
        });
      }),
    );
  });

  it('turns recording on for no call that says of itself that it is private', () => {
    fc.assert(
      fc.property(policies, policies, asked, (before, tried, call) => {
        const view = directoryWith(before);
        const was = decide(view, call);
        if (saysPrivate(was)) expect(underPolicy(was, view, tried).recording).toBe('off');
      }),
    );
  });

  it('is told by counts, by reasons that come and go, and by a few ids of calls that are not private (P12)', () => {
    const view = directoryWith({ ...base, allowedList: 'required' });
    const ordinary = { facility: 'ME01', caller: 'e1.c', isCallerProtected: false, state: 'fresh' } as const;
    const friend = decide(view, { ...ordinary, dialed: 'e1.friend', standing: undefined });
    const nobody = decide(view, { ...ordinary, dialed: 'e1.nobody', standing: undefined });
    const lawyer = decide(view, { ...ordinary, dialed: 'e1.nobody', standing: 'protected' });
    const hours = [{ days: ['mon'], from: '08:00', to: '09:00' }] as const;
    const trial = new PolicyTrial(view, { ...base, hours, maxSeconds: 900 });
    trial.take('lawyer', lawyer, true);
    for (let n = 0; n < 30; n += 1) trial.take(`friend-${n}`, friend, false);
    trial.take('nobody', nobody, false);
    const { samples, ...counts } = trial.counts();
    expect(counts).toEqual({
      decisions: 32,
      // Nobody's call stays denied, for another reason; the lawyer's may only last longer.
      changed: 31,
      byReason: { 'outside-hours': { added: 30, dropped: 0 } },
      outcomes: { 'connect->deny': 30 },
      recording: { 'after-notice->off': 30 },
    });
    expect(samples).toHaveLength(20);
    expect(samples.every((id) => id.startsWith('friend-'))).toBe(true);
  });
});
