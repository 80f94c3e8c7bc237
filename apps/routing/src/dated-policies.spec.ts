import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventStore } from '@privity/event-store';
import { ProtectionView } from '@privity/registry';
import { facilityStream, replayDecisions } from '@privity/routing';
import { withPostgres } from '@privity/testing';
import type { CallAnswer } from './calls/call-answer.js';
import { Policies, type PolicyInForce } from './facilities/policies.js';
import { House, until } from './testing/house.js';

const postgres = withPostgres();
let house: House;

const FACILITIES = 'SITE,NAME,STATE,TYPE,ADP,TIMEZONE\nME01,A,ME,county jail,74,America/New_York\n';
const policy = (maxSeconds: number) => ({
  ...{ allowedList: 'off', presence: 'noted', recording: 'permitted', maxSeconds },
  notices: [{ party: 'callee', language: 'en', acceptance: 'required' }],
});
const put = (maxSeconds: number, from?: string) =>
  house.ask<PolicyInForce & { field?: string; code?: string }>(
    ...([
      'PUT',
      `/api/facilities/ME01/policy${from === undefined ? '' : `?from=${encodeURIComponent(from)}`}`,
    ] as const),
    ...([['operator'], policy(maxSeconds)] as const),
  );
let count = 0;
const longest = async (at?: string) => {
  const call = { callId: `call-${(count += 1)}`, facility: 'ME01', caller: '100', dialed: '2125550101' };
  const asked = { ...call, ...(at === undefined ? {} : { at }) };
  return (await house.ask<CallAnswer>('POST', '/api/calls', ['dialler', 'simulate'], asked)).body.maxSeconds;
};
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
const reached = (maxSeconds: number) => until(async () => ((await longest()) === maxSeconds ? true : undefined));
const types = async () => (await house.store.readStream(facilityStream('ME01'))).map(({ type }) => type.slice(8));
const ready = () => until(async () => ((await fetch(`${house.routing.url}/health`)).ok ? true : undefined));

beforeAll(async () => {
  house = await House.start(postgres);
  await ready();
  await house.import('facilities', FACILITIES);
  await put(100);
}, 60_000);
afterAll(() => house.stop());

describe('a policy for later', () => {
  it('comes into force at its date by the clock of the server, whatever time a call names', async () => {
    const from = inMs(1_500);
    const answer = await put(200, from);
    expect(answer).toMatchObject({ status: 200, body: { version: 1, policy: policy(100), scheduled: [{ from }] } });
    expect([await longest(), await longest(inMs(240_000))]).toEqual([100, 100]);
    await reached(200);
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(from));
    expect(await longest(inMs(-240_000))).toBe(200);
    expect(await types()).toEqual([
      ...['FacilityListed', 'FacilityPolicySet', 'FacilityPolicyScheduled', 'FacilityPolicySet'],
    ]);
  });

  it('is set once, however many replicas find it due', async () => {
    const before = (await types()).length;
    await put(300, inMs(1_000));
    const policies = house.routing.app.get(Policies);
    for (let turn = 0; turn < 40; turn += 1) {
      await Promise.all([policies.setDue(), policies.setDue(), policies.setDue()]);
      await pause(50);
    }
    expect(await longest()).toBe(300);
    expect((await types()).slice(before)).toEqual(['FacilityPolicyScheduled', 'FacilityPolicySet']);
  });

  it('is replaced by another for the same instant, and outlives one that is set at once', async () => {
    const from = inMs(2_000);
    await put(400, from);
    expect((await put(500, from)).body.scheduled).toMatchObject([{ from, policy: { maxSeconds: 500 } }]);
    expect((await put(450)).body).toMatchObject({ policy: { maxSeconds: 450 }, scheduled: [{ from }] });
    expect(await longest()).toBe(450);
    await reached(500);
    expect((await put(500)).body).not.toHaveProperty('scheduled');
  });

  it('whose date passed while nothing ran is in force soon after the start', async () => {
    await put(600, inMs(400));
    await house.routing.close();
    await pause(500);
    await house.bootRouting();
    await ready();
    await reached(600);
  }, 60_000);

  it('is for later, and its date is one', async () => {
    for (const from of [inMs(-1_000), '2027-13-01T00:00:00Z', 'soon', '2027-01-01']) {
      expect(await put(700, from)).toMatchObject({ status: 422, body: { field: 'from' } });
    }
  });

  it('leaves every decision replayable (P7)', async () => {
    const texts: string[] = [];
    for (const store of [house.store, house.registry.app.get(EventStore)]) {
      for (const { shard, position } of await store.heads()) {
        texts.push(...(await store.readShard(shard, 0, position)).map(({ text }) => text));
      }
    }
    const { replayed, mismatches } = await replayDecisions(texts, new ProtectionView(house.viewDigestKey, Infinity));
    expect(mismatches).toEqual([]);
    expect(replayed).toBe(count);
  });
});
