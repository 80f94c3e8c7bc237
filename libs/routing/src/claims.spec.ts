import { describe, expect, it } from '@jest/globals';
import { SHARDS, uuidv7 } from '@privity/kernel';
import { ProtectionView } from '@privity/registry';
import fc from 'fast-check';
import { decide } from './decide.js';
import { DirectoryView } from './directory-view.js';
import type { CallDecided, CallEvent, DirectoryEvent } from './events.js';
import { evolve, initialState } from './evolve.js';
import { chooseDialed, claimOf } from './facts.js';
import { RegistryPast } from './registry-past.js';
import { registryMoment } from './standing.js';

const at = '2026-06-01T12:00:00.000Z';
const N = 'e1.number';
const decision = (change: Partial<CallDecided['data']> = {}): CallDecided => ({
  type: 'routing.CallDecided',
  data: {
    ...{ facility: 'ME01', dialed: N, at, outcome: 'connect', recording: 'after-notice', reasons: [], maxSeconds: 900 },
    notices: [{ party: 'callee', language: 'en', acceptance: 'required' }],
    policyVersion: 1,
    registry: { positions: [], digest: '', protectedNumbers: 1, ageMs: 0, state: 'fresh' },
    directory: { positions: [], digest: '' },
    ...change,
  },
});
const claimed: CallEvent = { type: 'routing.PrivilegeClaimed', data: { party: 'callee', dialed: N } };
const revoked: CallEvent = { type: 'routing.PermitRevoked', data: { reasons: ['privilege-claimed'] } };
const claimIn = (...events: CallEvent[]) =>
  decide({ type: 'ClaimPrivilege', party: 'callee' }, events.reduce(evolve, initialState()));

describe('a claim of privilege (T11)', () => {
  it('ends the recording in the same breath, and adds nothing when it is repeated', () => {
    expect(claimIn(decision())).toEqual([claimed, revoked]);
    expect(claimIn(decision(), claimed, revoked)).toEqual([]);
  });

  it('is heard where nothing is recorded any more, or ever was', () => {
    const ended: CallEvent = { type: 'routing.CallEnded', data: { at, connected: true } };
    expect(claimIn(decision(), ended)).toEqual([claimed]);
    expect(claimIn(decision(), { type: 'routing.PermitRevoked', data: { reasons: [] } })).toEqual([claimed]);
    expect(claimIn(decision({ recording: 'off', reasons: ['registry-stale'] }))).toEqual([claimed]);
  });

  it('leaves no event where the number is protected or a hotline: nothing is in doubt (P11)', () => {
    for (const reason of ['number-protected', 'hotline'] as const)
      expect(claimIn(decision({ recording: 'off', reasons: [reason] }))).toEqual([]);
  });

  it('has no place in a call that was denied, or never was', () => {
    expect(() => claimIn(decision({ outcome: 'deny', recording: 'off' }))).toThrow('denied');
    expect(() => claimIn()).toThrow('no such call');
  });
});

const used = { positions: [], digest: '', protectedNumbers: 1, ageMs: 0, state: 'fresh' } as const;
const said = (kind: 'staff' | 'claim', ref: string, since = at) => ({ source: { kind, ref }, since });
const registryOf = (statements: ReturnType<typeof said>[], heard: readonly string[] = []) =>
  registryMoment(
    used,
    (index) => (index === N && statements.length > 0 ? { category: 'attorney', statements } : undefined),
    (claim) => heard.includes(claim),
  );
const directoryOf = (...events: DirectoryEvent[]) => {
  const view = new DirectoryView();
  events.forEach((event, n) => view.apply(1, n + 1, String(n), event));
  return view;
};
const numberClaimed = (claim: string): DirectoryEvent => ({
  type: 'routing.NumberClaimed',
  data: { dialed: N, claim },
});
const admitted = (claim: string): DirectoryEvent => ({
  type: 'routing.ClaimedCallAdmitted',
  data: { dialed: N, claim },
});

describe('a claimed number', () => {
  it('is one from the claim on, whether or not the registry has heard of it, until the registry says otherwise', () => {
    const directory = directoryOf(numberClaimed('call-1')).now();
    expect(claimOf(N, registryOf([]), directory)).toBe('call-1');
    expect(claimOf(N, registryOf([said('claim', 'call-1')], ['call-1']), directory)).toBe('call-1');
    expect(claimOf(N, registryOf([], ['call-1']), directory)).toBeUndefined();
    const again = directoryOf(numberClaimed('call-1'), numberClaimed('call-2')).now();
    expect(claimOf(N, registryOf([], ['call-1']), again)).toBe('call-2');
  });

  it('is protected as soon as anybody else says so, in whatever order', () => {
    expect(registryOf([said('claim', 'call-1')]).standing(N)).toBe('claimed');
    const [claim, staff] = [said('claim', 'call-1'), said('staff', 's')];
    for (const both of [
      [claim, staff],
      [staff, claim],
    ]) {
      expect(registryOf(both).standing(N)).toBe('protected');
      expect(registryOf(both).claim(N)).toBeUndefined();
    }
  });

  it('counts its calls under the first claim that stands, the order in which they are told being irrelevant', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.record({ ref: fc.string(), day: fc.integer({ min: 10, max: 12 }) }), {
          selector: ({ ref }) => ref,
          minLength: 1,
        }),
        (claims) => {
          const told = claims.map(({ ref, day }) => said('claim', ref, `2026-01-${day}T00:00:00.000Z`));
          expect(registryOf(told.toReversed()).claim(N)).toBe(registryOf(told).claim(N));
        },
      ),
    );
    const directory = directoryOf(numberClaimed('a'), admitted('a'), admitted('a'), admitted('b')).now();
    expect([directory.claimedCalls(N, 'a'), directory.claimedCalls(N, 'b'), directory.claimedVersion(N)]).toEqual([
      2, 1, 4,
    ]);
  });

  it('is what it was at any positions that were reached', () => {
    const view = directoryOf(numberClaimed('a'), admitted('a'), admitted('a'));
    const upTo = (position: number) => view.at(new Array<number>(SHARDS).fill(0).with(1, position));
    expect([0, 1, 2, 3].map((position) => upTo(position).claims(N).length)).toEqual([0, 1, 1, 1]);
    expect([0, 1, 2, 3].map((position) => upTo(position).claimedCalls(N, 'a'))).toEqual([0, 0, 1, 2]);
    expect([0, 1, 2, 3].map((position) => upTo(position).claimedVersion(N))).toEqual([0, 1, 2, 3]);
  });

  it('was in the past what the registry then said, and which claims it had heard of', () => {
    const past = new RegistryPast(new ProtectionView(Buffer.alloc(32, 1), Infinity));
    const statement = { index: N, category: 'attorney', basis: 'x', since: at };
    const [claim, staff] = [
      { kind: 'claim', ref: 'call-1' },
      { kind: 'staff', ref: 's' },
    ];
    const ended = { of: 'number', index: N, settlement: 's' };
    const events = [
      { type: 'registry.NumberProtected', data: { ...statement, source: claim } },
      { type: 'registry.NumberProtected', data: { ...statement, source: staff } },
      { type: 'registry.ProtectionEnded', data: { ...ended, source: staff, left: 1 } },
      { type: 'registry.ProtectionEnded', data: { ...ended, source: claim, left: 0 } },
    ];
    events.forEach((event, n) => past.apply(3, n + 1, uuidv7(), event));
    const moments = [0, 1, 2, 3, 4].map((position) =>
      past.at(new Array<number>(SHARDS).fill(0).with(3, position), { ageMs: 0, state: 'fresh' }),
    );
    expect(moments.map((moment) => moment.standing(N))).toEqual([
      undefined,
      'claimed',
      'protected',
      'claimed',
      undefined,
    ]);
    expect(moments.map((moment) => moment.claim(N))).toEqual([undefined, 'call-1', undefined, 'call-1', undefined]);
    expect(moments.map((moment) => moment.hasHeardOf('call-1'))).toEqual([false, true, true, true, true]);
  });

  it('is dialled under the index that says most: protected before claimed, claimed before merely allowed', () => {
    const registry = registryOf([said('claim', 'call-1')]);
    const none = directoryOf().now();
    expect(chooseDialed(['e2.number', N], registry, none)).toBe(N);
    const both = registryMoment(
      used,
      (index) => ({ category: 'attorney', statements: [said(index === N ? 'claim' : 'staff', 'x')] }),
      () => false,
    );
    expect(chooseDialed([N, 'e2.number'], both, none)).toBe('e2.number');
  });
});
