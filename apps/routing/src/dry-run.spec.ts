import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseEnvelope } from '@privity/event-store';
import type { FacilityPolicy } from '@privity/routing';
import type { Role } from '@privity/service';
import { withPostgres } from '@privity/testing';
import type { CallAnswer } from './calls/call-answer.js';
import { DryRun, type DryRunReport } from './facilities/dry-run.js';
import { type Asker, House, until } from './testing/house.js';

const postgres = withPostgres();
let house: House;

const FACILITIES =
  'SITE,NAME,STATE,TYPE,ADP,TIMEZONE\nME01,A,ME,county jail,74,America/New_York\nNY02,B,NY,prison,900,America/New_York\n';
const POLICY: FacilityPolicy = {
  allowedList: 'off',
  presence: 'noted',
  recording: 'permitted',
  notices: [{ party: 'callee', language: 'en', acceptance: 'required' }],
  maxSeconds: 3600,
};
const STRICT: FacilityPolicy = { ...POLICY, allowedList: 'required' };
const FRIEND = '2125550101';
const LAWYER = '2125550105';

let count = 0;
const dial = async (dialed: string, facility = 'ME01') =>
  (
    await house.ask<CallAnswer>('POST', '/api/calls', ['dialler', 'operator'], {
      ...{ callId: `call-${(count += 1)}`, facility, caller: '100', dialed },
    })
  ).body;
const tryOut = (policy: FacilityPolicy, role: Role = 'operator', query = '', asker: Asker = {}) =>
  house.ask<DryRunReport & { code?: string; field?: string }>(
    ...(['POST', `/api/facilities/ME01/policy/dry-run${query}`, [role], policy, asker] as const),
  );

beforeAll(async () => {
  house = await House.start(postgres);
  await house.protect(LAWYER);
  await until(async () => ((await fetch(`${house.routing.url}/health`)).ok ? true : undefined));
  await house.import('facilities', FACILITIES);
  for (const facility of ['ME01', 'NY02']) {
    await house.ask('PUT', `/api/facilities/${facility}/policy`, ['operator'], POLICY);
  }
  await until(async () => ((await dial(FRIEND, 'NY02')).recording === 'after-notice' ? true : undefined));
}, 60_000);
afterAll(() => house.stop());

describe('a dry run', () => {
  const decided: string[] = [];
  beforeAll(async () => {
    for (let n = 0; n < 5; n += 1) decided.push((await dial(FRIEND)).decision);
    await dial(LAWYER);
    await dial('555-0123');
    // Elsewhere: not this facility's.
    await dial(FRIEND, 'NY02');
  });

  it('says what the policy would have changed, and changes nothing', async () => {
    const { status, body } = await tryOut(STRICT);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ decisions: 7, changed: 5, complete: true },
      byReason: { 'not-on-allowed-list': { added: 5, dropped: 0 }, 'caller-unknown': { added: 5, dropped: 0 } },
      outcomes: { 'connect->deny': 5 },
      recording: { 'after-notice->off': 5 },
    });
    expect([...body.samples].sort()).toEqual([...decided].sort());
    expect((await tryOut(POLICY)).body).toMatchObject({ decisions: 7, changed: 0, samples: [] });
    expect((await dial(FRIEND)).outcome).toBe('connect');
  });

  it('counts private calls only for who sees them, and names them to nobody (P12)', async () => {
    const longer = { ...POLICY, maxSeconds: 60 };
    const all = (await tryOut(longer)).body;
    const listener = (await tryOut(longer, 'supervisor')).body;
    // Six to the friend and one to the lawyer; the one that cannot be read stays denied.
    expect([all.decisions, all.changed]).toEqual([8, 7]);
    expect([listener.decisions, listener.changed]).toEqual([7, 6]);
    expect(all.samples).toHaveLength(6);
    expect(new Set(listener.samples)).toEqual(new Set(all.samples));
  });

  it('counts one that became private later as one (P8, P12)', async () => {
    const late = '2125550113';
    await dial(late);
    const counted = async () => (await tryOut(POLICY, 'supervisor')).body.decisions;
    expect(await counted()).toBe(8);
    await house.protect(late);
    await until(async () => ((await counted()) === 7 ? true : undefined));
    expect((await tryOut(POLICY)).body.decisions).toBe(9);
  });

  it('looks no further back than it is asked to', async () => {
    const read = house.store.readShard.bind(house.store);
    const pages = await Promise.all((await house.store.heads()).map(({ shard, position }) => read(shard, 0, position)));
    const decision = pages.flat().find(({ text }) => text.includes('"routing.CallDecided"') && text.includes('"ME01"'));
    const { data } = parseEnvelope<object>(decision?.text ?? '');
    const time = new Date(Date.now() - 8 * 86_400_000).toISOString();
    await house.store.append('call-of-last-week', 'no stream', [{ type: 'routing.CallDecided', data, time }]);
    const decisions = async (query: string) => (await tryOut(POLICY, 'operator', query)).body.decisions;
    expect([await decisions(''), await decisions('?days=8'), await decisions('?days=9')]).toEqual([9, 9, 10]);
  });

  it('stops at what is too much, and says so', async () => {
    const run = house.routing.app.get(DryRun);
    const asker = { subject: 'ana', client: 'x', roles: ['operator'] } as const;
    const some = await run.run('ME01', STRICT, 7, asker as never, { decisions: 3, ms: 8_000 });
    expect(some).toMatchObject({ decisions: 3, complete: false });
    const all = await run.run('ME01', STRICT, 7, asker as never, { decisions: 9, ms: 8_000 });
    expect(all).toMatchObject({ decisions: 9, complete: true });
    expect(some.from > all.from).toBe(true);
    expect(await run.run('ME01', STRICT, 7, asker as never, { decisions: 9, ms: 0 })).toMatchObject({
      ...{ decisions: 0, complete: false },
    });
  });

  it('is one at a time, an event, and not for everybody', async () => {
    const answers = await Promise.all([tryOut(STRICT), tryOut(STRICT), tryOut(STRICT)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 429, 429]);
    const heads = await house.store.heads();
    const shards = await Promise.all(heads.map(({ shard, position }) => house.store.readShard(shard, 0, position)));
    const tried = shards.flat().filter(({ type }) => type === 'routing.PolicyTried');
    expect(tried.length).toBeGreaterThan(5);
    expect(tried.at(-1)?.text).toContain('"actor":"ana"');
    expect((await tryOut(STRICT, 'dialler')).status).toBe(403);
    expect((await tryOut(STRICT, 'operator', '', { facility: 'NY02' })).status).toBe(403);
    expect(await tryOut(STRICT, 'operator', '?days=32')).toMatchObject({ status: 422, body: { field: 'days' } });
    const hours = [{ days: ['mon'] as const, from: '09:00', to: '08:00' }];
    expect(await tryOut({ ...STRICT, hours })).toMatchObject({ status: 422, body: { field: 'hours.0.to' } });
    const unknown = await house.ask('POST', '/api/facilities/XX99/policy/dry-run', ['operator'], STRICT);
    expect(unknown).toMatchObject({ status: 404, body: { code: 'facility-unknown' } });
  });
});
