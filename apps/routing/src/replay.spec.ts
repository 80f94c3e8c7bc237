import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SHARDS, shardOf } from '@privity/kernel';
import { numberStream, ProtectionView } from '@privity/registry';
import {
  blocksStream,
  callerStream,
  claimedStream,
  claimOf,
  currentVersion,
  decideCall,
  DirectoryView,
  facilityStream,
  type FacilityPolicy,
  gatherFacts,
  type JurisdictionRule,
  JURISDICTIONS_STREAM,
  LogOutOfOrder,
  registryMoment,
  replayDecisions,
  type RoutingEvent,
} from '@privity/routing';
import fc from 'fast-check';

const KEY = Buffer.alloc(32, 9);
const index = (n: number) => `e1.${String(n).padStart(43, 'n')}`;
const caller = (n: number) => `e1.${String(n).padStart(43, 'c')}`;
/** Under the keys before these. */
const old = (of: string) => of.replace('e1.', 'e0.');
const FACILITIES = ['ME01', 'NY02'];
const at = '2026-03-01T12:00:00.000Z';
/** Where the numbers are; of the rest it is not known. */
const STATES = ['NY', 'NY', 'ME', 'CA'];

const BOTH = (['caller', 'callee'] as const).map((party) => ({ party, language: 'en', acceptance: 'none' as const }));
const oneParty = (state: string): JurisdictionRule => ({
  ...{ state, consent: 'one-party', from: '2020-01-01', source: 's' },
});

/** Two stores and the service between them, as small as they can be: what it logs is what a service would. */
class Scene {
  readonly log: string[] = [];
  private readonly heads = new Map<string, number>();
  private readonly registry = new ProtectionView(KEY);
  private readonly directory = new DirectoryView();
  /** What the service has not applied yet: its view of the registry lags by that. */
  private readonly heard = new Set<string>();
  private lag: (() => void)[] = [];

  append(source: 'registry' | 'routing', stream: string, event: { type: string; data: unknown }): string {
    const shard = shardOf(stream);
    const position = (this.heads.get(`${source}/${shard}`) ?? 0) + 1;
    this.heads.set(`${source}/${shard}`, position);
    const id = `${source}-${shard}-${position}`;
    this.log.push(
      `{"specversion":"1.0","id":"${id}","source":"/privity/${source}","type":"${event.type}","subject":"${stream}",` +
        `"time":"${at}","datacontenttype":"application/json","dataschema":"urn:privity:${event.type}:${currentVersion(event.type)}",` +
        `"data":${JSON.stringify(event.data)},"sequence":"1","shard":${shard},"position":"${position}"}`,
    );
    if (source === 'registry') this.lag.push(() => this.registry.apply(shard, position, id, event));
    else this.directory.apply(shard, position, id, event as RoutingEvent);
    return id;
  }

  protect(n: number, category = 'attorney'): void {
    const source = { kind: 'staff', ref: 'r' };
    const data = { index: index(n), source, category, basis: 'b', since: at };
    this.append('registry', numberStream(index(n)), { type: 'registry.NumberProtected', data });
  }

  claim(n: number, claim: string): void {
    const data = { dialed: index(n), claim };
    this.append('routing', claimedStream(index(n)), { type: 'routing.NumberClaimed', data });
    const source = { kind: 'claim', ref: claim };
    const said = { index: index(n), source, category: 'attorney', basis: 'b', since: at };
    this.append('registry', numberStream(index(n)), { type: 'registry.NumberProtected', data: said });
    this.lag.push(() => this.heard.add(claim));
  }

  settleClaims(n: number, claim: string): void {
    const source = { kind: 'claim', ref: claim };
    const data = { of: 'number', index: index(n), source, settlement: 's', left: 0 };
    this.append('registry', numberStream(index(n)), { type: 'registry.ProtectionEnded', data });
  }

  allow(who: number, n: number, relation: string, status: string): void {
    const data = { caller: caller(who), numbers: [{ index: index(n), relation, status }] };
    this.append('routing', callerStream(caller(who)), { type: 'routing.NumbersAllowed', data });
  }

  list(who: number, facility: string): void {
    const person = { kid: 'k', iv: 'i', ct: 'c' };
    const data = { caller: caller(who), person, facility, status: 'in' };
    this.append('routing', callerStream(caller(who)), { type: 'routing.CallerListed', data });
  }

  open(facility: string): void {
    const data = { facility, name: 'N', state: 'ME', type: 'jail', population: 1, timezone: 'America/New_York' };
    this.append('routing', facilityStream(facility), { type: 'routing.FacilityListed', data });
  }

  rule(facility: string, version: number, change: Partial<FacilityPolicy>): void {
    const notices = [{ party: 'callee', language: 'en', acceptance: 'required' }];
    const policy = {
      allowedList: 'required',
      presence: 'noted',
      recording: 'permitted',
      notices,
      maxSeconds: 60,
      ...change,
    };
    const data = { facility, version, policy };
    this.append('routing', facilityStream(facility), { type: 'routing.FacilityPolicySet', data });
  }

  consent(version: number, rules: readonly JurisdictionRule[]): void {
    const data = { version, rules };
    this.append('routing', JURISDICTIONS_STREAM, { type: 'routing.JurisdictionRulesSet', data });
  }

  /** @param epoch the keys of its day, which a call's indexes need not be of */
  block(block: string, n: number, scope: { who?: number; facility?: string }, epoch: 'e0' | 'e1' = 'e1'): void {
    const of = epoch === 'e0' ? old : (index: string) => index;
    const { who, facility } = scope;
    const sealed = { kid: 'k', iv: 'i', ct: 'c' };
    const data = {
      ...{
        block,
        index: of(index(n)),
        kind: 'callee-request',
        number: sealed,
        basis: sealed,
        since: at,
        blockedBy: 'a',
      },
      ...(who === undefined ? {} : { caller: of(caller(who)), person: sealed }),
      ...(facility === undefined ? {} : { facility }),
    };
    this.append('routing', blocksStream(data.index), { type: 'routing.NumberBlocked', data });
  }

  endBlock(block: string): void {
    const index = this.directory.blocked.indexOf(block);
    if (index === undefined) return;
    const data = { block, index, basis: { kid: 'k', iv: 'i', ct: 'c' }, endedBy: 'b' };
    this.append('routing', blocksStream(index), { type: 'routing.BlockEnded', data });
  }

  catchUp(): void {
    for (const apply of this.lag) apply();
    this.lag = [];
  }

  call(who: number, n: number, facility: string, state: 'fresh' | 'stale' = 'fresh', others: readonly number[] = []) {
    const view = this.registry;
    const { count: protectedNumbers } = view;
    const registry = registryMoment(
      { positions: view.positions(), digest: view.digest(), protectedNumbers, ageMs: 5, state },
      (of) => view.isProtected(of),
      (claim) => this.heard.has(claim),
    );
    const calleeState = STATES[n];
    const request = {
      ...{ facility, caller: caller(who), dialed: index(n), at },
      ...(others.length === 0 ? {} : { others: { indexes: others.map(index) } }),
      ...(calleeState === undefined ? {} : { calleeState }),
    };
    const directory = this.directory.now();
    const found = directory.findBlock([index(n), old(index(n))], [caller(who), old(caller(who))], facility);
    const asked = found === undefined ? request : { ...request, block: found.block };
    const decided = decideCall(asked, gatherFacts(asked, registry, directory));
    const claim = claimOf(index(n), registry, directory);
    if (claim !== undefined && decided.data.outcome === 'connect' && decided.data.reasons.includes('privilege-claimed'))
      this.append('routing', claimedStream(index(n)), {
        type: 'routing.ClaimedCallAdmitted',
        data: { dialed: index(n), claim },
      });
    return { id: this.append('routing', `call-${this.log.length}`, decided), data: decided.data };
  }
}

const replay = (log: readonly string[]) => replayDecisions(log, new ProtectionView(KEY, Infinity));

/** Any order in which each shard of each source keeps its own. */
function interleaved(log: readonly string[], picks: readonly number[]): string[] {
  const shards = new Map<string, string[]>();
  for (const text of log) {
    const { source, shard } = JSON.parse(text) as { source: string; shard: number };
    const key = `${source}/${shard}`;
    shards.set(key, [...(shards.get(key) ?? []), text]);
  }
  const queues = [...shards.values()];
  const out: string[] = [];
  for (let i = 0; queues.length > 0; i += 1) {
    const at = (picks[i % Math.max(1, picks.length)] ?? 0) % queues.length;
    const queue = queues[at] as string[];
    out.push(queue.shift() as string);
    if (queue.length === 0) queues.splice(at, 1);
  }
  return out;
}

const step = fc.oneof(
  fc.record({ do: fc.constant('protect' as const), n: fc.nat(5), hotline: fc.boolean() }),
  fc.record({
    do: fc.constant('allow' as const),
    who: fc.nat(3),
    n: fc.nat(5),
    relation: fc.constantFrom('FRIEND', 'SPOUSE', 'LEGAL'),
    status: fc.constantFrom('approved', 'pending', 'denied'),
  }),
  fc.record({ do: fc.constant('list' as const), who: fc.nat(3), facility: fc.constantFrom(...FACILITIES) }),
  fc.record({ do: fc.constant('open' as const), facility: fc.constantFrom(...FACILITIES) }),
  fc.record({
    do: fc.constant('rule' as const),
    facility: fc.constantFrom(...FACILITIES),
    presence: fc.constantFrom('required' as const, 'noted' as const),
    recording: fc.constantFrom('permitted' as const, 'off' as const),
    declined: fc.constantFrom('unrecorded' as const, 'not-connected' as const),
    both: fc.boolean(),
    // 2026-03-01T12:00Z is a Sunday, 7 in the morning in New York.
    hours: fc.constantFrom(
      undefined,
      [{ days: ['sun' as const], from: '07:00', to: '07:01' }],
      [{ days: ['sun' as const], from: '07:01', to: '24:00' }],
    ),
  }),
  fc.record({
    do: fc.constant('block' as const),
    block: fc.constantFrom('b1', 'b2', 'b3'),
    n: fc.nat(5),
    scope: fc.oneof(
      fc.constant({}),
      fc.record({ who: fc.nat(3) }),
      fc.record({ facility: fc.constantFrom(...FACILITIES) }),
    ),
    epoch: fc.constantFrom('e0' as const, 'e1' as const),
  }),
  fc.record({ do: fc.constant('consent' as const), oneParty: fc.subarray(['ME', 'NY', 'CA']) }),
  fc.record({ do: fc.constant('end block' as const), block: fc.constantFrom('b1', 'b2', 'b3') }),
  fc.record({ do: fc.constant('catch up' as const) }),
  fc.record({
    do: fc.constantFrom('claim' as const, 'settle' as const),
    n: fc.nat(5),
    claim: fc.constantFrom('call-a', 'call-b'),
  }),
  fc.record({
    do: fc.constant('call' as const),
    who: fc.nat(3),
    n: fc.nat(5),
    facility: fc.constantFrom(...FACILITIES),
    state: fc.constantFrom('fresh' as const, 'stale' as const),
    others: fc.array(fc.nat(5), { maxLength: 2 }),
  }),
);

function play(steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[]): {
  scene: Scene;
  calls: number;
} {
  const scene = new Scene();
  let calls = 0;
  let version = 0;
  const entered = new Set<string>();
  for (const one of steps) {
    if (one.do === 'protect') scene.protect(one.n, one.hotline ? 'hotline' : 'attorney');
    else if (one.do === 'allow') scene.allow(one.who, one.n, one.relation, one.status);
    else if (one.do === 'list') scene.list(one.who, one.facility);
    else if (one.do === 'open') scene.open(one.facility);
    else if (one.do === 'rule')
      scene.rule(one.facility, (version += 1), {
        ...{ presence: one.presence, recording: one.recording, declined: one.declined },
        ...(one.both ? { notices: BOTH } : {}),
        ...(one.hours === undefined ? {} : { hours: one.hours }),
      });
    else if (one.do === 'consent') scene.consent((version += 1), one.oneParty.map(oneParty));
    else if (one.do === 'claim') scene.claim(one.n, `${one.claim}${one.n}`);
    else if (one.do === 'settle') scene.settleClaims(one.n, `${one.claim}${one.n}`);
    else if (one.do === 'block') {
      // A block's id is entered once.
      if (!entered.has(one.block)) scene.block(one.block, one.n, one.scope, one.epoch);
      entered.add(one.block);
    } else if (one.do === 'end block') scene.endBlock(one.block);
    else if (one.do === 'catch up') scene.catchUp();
    else if (one.do === 'call') {
      scene.call(one.who, one.n, one.facility, one.state, one.others);
      calls += 1;
    }
  }
  return { scene, calls };
}

describe('replay', () => {
  it('equals what was decided live, whatever the order of shards and sources in the log (P7)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.array(fc.nat(23)), async (steps, picks) => {
        const { scene, calls } = play(steps);
        expect(await replay(interleaved(scene.log, picks))).toEqual({ replayed: calls, mismatches: [] });
      }),
      { numRuns: 200 },
    );
  });

  const ordinary = () => {
    const scene = new Scene();
    for (const facility of FACILITIES) scene.open(facility);
    scene.rule('ME01', 1, {});
    scene.consent(1, ['ME', 'NY'].map(oneParty));
    scene.list(1, 'ME01');
    scene.allow(1, 1, 'FRIEND', 'approved');
    scene.protect(2);
    scene.protect(3, 'hotline');
    scene.catchUp();
    return scene;
  };

  it('finds and names a planted wrong decision in an otherwise valid log', async () => {
    const scene = ordinary();
    const recorded = scene.call(1, 1, 'ME01');
    const lawyer = scene.call(1, 2, 'ME01');
    expect([recorded.data.recording, lawyer.data.recording]).toEqual(['after-notice', 'off']);
    const planted = scene.log.map((text) =>
      text.includes(`"id":"${lawyer.id}"`)
        ? text.replace('"recording":"off","reasons":["number-protected"]', '"recording":"after-notice","reasons":[]')
        : text,
    );
    const { replayed, mismatches } = await replay(planted);
    expect(replayed).toBe(2);
    expect(mismatches).toEqual([
      { event: lawyer.id, field: 'data.recording', live: '"after-notice"', derived: '"off"' },
      { event: lawyer.id, field: 'data.reasons', live: '[]', derived: '["number-protected"]' },
    ]);
  });

  it.each([
    [
      'another digest of the registry',
      /("protectedNumbers":2,"ageMs":5)/,
      '"protectedNumbers":3,"ageMs":5',
      'data.registry.protectedNumbers',
    ],
    ['another version of the policy', /"policyVersion":1/, '"policyVersion":2', 'data.policyVersion'],
    ['other rules', /"rules":1/, '"rules":2', 'data.jurisdiction.rules'],
    ['where a hotline is', /"rules":1/, '"callee":"NY","rules":1', 'data.jurisdiction.callee'],
    ['a decision that names no rules', /"jurisdiction":[^}]*},/, '', 'data.jurisdiction'],
    ['a caller at the hotline', /"dialed"/, '"caller":"x","dialed"', 'data.caller'],
    ['equal values in other bytes', /"ageMs":5/, '"ageMs":5.0', 'data'],
  ])('sees %s', async (_, from, to, field) => {
    const scene = ordinary();
    const { id } = scene.call(1, 3, 'ME01');
    const planted = scene.log.map((text) => (text.includes(`"id":"${id}"`) ? text.replace(from, to) : text));
    const { mismatches } = await replay(planted);
    expect(mismatches.map((mismatch) => [mismatch.event, mismatch.field])).toEqual([[id, field]]);
  });

  it('finds a block under other keys than the call has, and believes none that is not of the call (P7)', async () => {
    const scene = ordinary();
    scene.list(1, 'ME01');
    scene.block('b1', 1, { who: 1 }, 'e0');
    scene.block('b2', 3, {});
    const blocked = scene.call(1, 1, 'ME01');
    expect(blocked.data).toMatchObject({ outcome: 'deny', block: 'b1', reasons: ['number-blocked'] });
    const hotline = scene.call(1, 3, 'ME01');
    expect(hotline.data).toMatchObject({ outcome: 'connect', reasons: ['hotline'] });
    expect(await replay(scene.log)).toEqual({ replayed: 2, mismatches: [] });
    // A block of another number, under the same keys: the call was not stopped by it.
    const planted = scene.log.map((text) =>
      text.includes(`"id":"${blocked.id}"`) ? text.replace('"block":"b1"', '"block":"b2"') : text,
    );
    const { mismatches } = await replay(planted);
    expect(mismatches.map(({ field }) => field)).toContain('data.outcome');
    // Left out where the keys are the call's own.
    const own = ordinary();
    own.block('b1', 1, {});
    const { id } = own.call(1, 1, 'ME01');
    const without = own.log.map((text) => (text.includes(`"id":"${id}"`) ? text.replace('"block":"b1",', '') : text));
    expect((await replay(without)).mismatches).toEqual([
      { event: id, field: 'data.block', live: undefined, derived: '"b1"' },
    ]);
  });

  it('does not believe positions that the log never reached', async () => {
    const scene = ordinary();
    const { id } = scene.call(1, 1, 'ME01');
    const far = new Array<number>(SHARDS).fill(999).join();
    const planted = scene.log.map((text) =>
      text.includes(`"id":"${id}"`) ? text.replace(/("registry":\{"positions":\[)[^\]]*/, `$1${far}`) : text,
    );
    const { replayed, mismatches } = await replay(planted);
    expect({ replayed, fields: mismatches.map(({ field }) => field) }).toEqual({
      replayed: 1,
      fields: ['data.registry.positions'],
    });
  });

  it('stops at a log with a hole', async () => {
    const scene = ordinary();
    scene.protect(2);
    const [first] = scene.log.filter((text) => text.includes('"type":"registry.NumberProtected"'));
    await expect(replay(scene.log.filter((text) => text !== first))).rejects.toThrow(LogOutOfOrder);
  });

  it('uses what was known then, not what is known now (P8 is another question)', async () => {
    const scene = ordinary();
    const before = scene.call(1, 1, 'ME01');
    scene.protect(1);
    const lagging = scene.call(1, 1, 'ME01');
    scene.catchUp();
    const after = scene.call(1, 1, 'ME01');
    expect([before, lagging, after].map(({ data }) => data.recording)).toEqual(['after-notice', 'after-notice', 'off']);
    expect(await replay(scene.log)).toEqual({ replayed: 3, mismatches: [] });
  });

  it('derives a decision by the rules in force then', async () => {
    const scene = ordinary();
    scene.rule('ME01', 2, { notices: BOTH, declined: 'not-connected' });
    const before = scene.call(1, 1, 'ME01');
    scene.consent(2, [oneParty('ME')]);
    const after = scene.call(1, 1, 'ME01');
    expect([before, after].map(({ data }) => data.notices.map(({ acceptance }) => acceptance))).toEqual([
      ['none', 'none'],
      ['required', 'required'],
    ]);
    expect(after.data).toMatchObject({ jurisdiction: { facility: 'ME', callee: 'NY', rules: 2 } });
    expect(await replay(scene.log)).toEqual({ replayed: 2, mismatches: [] });
  });

  it('derives decisions of version 1 as they were made then, without rules', async () => {
    const fixture = join(import.meta.dirname, '../../../libs/routing/src/fixtures/version-1.jsonl');
    const log = readFileSync(fixture, 'utf8').trim().split('\n');
    expect(await replay(log)).toEqual({ replayed: 5, mismatches: [] });
    const recorded = log.filter((text) => text.includes('"recording":"after-notice"'));
    expect(recorded).toHaveLength(1);
    const planted = log.map((text) =>
      text === recorded[0] ? text.replace('"policyVersion":1,', '$&"jurisdiction":{"rules":0},') : text,
    );
    expect((await replay(planted)).mismatches).toMatchObject([{ field: 'data.jurisdiction' }]);
    // A replica of the older version beside newer ones knew nothing of what becomes of a declined call either.
    const scene = ordinary();
    scene.rule('ME01', 2, { declined: 'not-connected' });
    const { id } = scene.call(1, 1, 'ME01');
    const older = scene.log.map((text) =>
      text.includes(`"id":"${id}"`)
        ? text
            .replace('CallDecided:2', 'CallDecided:1')
            .replace(/"declined":"not-connected",|"jurisdiction":[^}]*},/g, '')
        : text,
    );
    expect(await replay(older)).toEqual({ replayed: 1, mismatches: [] });
    // As version 2 the same call, under no rules and one notice, would not have been recorded.
    const newer = log.map((text) => (text === recorded[0] ? text.replace('CallDecided:1', 'CallDecided:2') : text));
    const fields = (await replay(newer)).mismatches.map(({ field }) => field);
    expect(fields).toEqual(['data.recording', 'data.reasons', 'data.notices', 'data.jurisdiction']);
  });
});
