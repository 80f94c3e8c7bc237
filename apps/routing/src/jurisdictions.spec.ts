import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { EventStore } from '@privity/event-store';
import { ProtectionView } from '@privity/registry';
import { replayDecisions } from '@privity/routing';
import { withPostgres } from '@privity/testing';
import type { CallAnswer } from './calls/call-answer.js';
import { House, until } from './testing/house.js';

const postgres = withPostgres();
let house: House;

const NEW_YORK = '2125550101';
const CALIFORNIA = '2135550101';
const TORONTO = '4165550101';
const LAWYER = '3105550105';
const POLICY = {
  ...{ allowedList: 'off', presence: 'noted', recording: 'permitted', maxSeconds: 3600 },
  notices: [
    { party: 'caller', language: 'es', acceptance: 'none' },
    { party: 'callee', language: 'en', acceptance: 'required' },
  ],
};
const CALLEE_ONLY = { ...POLICY, notices: POLICY.notices.slice(1) };
const BOTH = POLICY.notices.map((notice) => ({ ...notice, acceptance: 'required' }));
const BEFORE = { NY: 'one-party', CA: 'all-party' } as const;

let count = 0;
const dial = async (dialed: string, roles: ('dialler' | 'operator')[] = ['dialler', 'operator']) => {
  const callId = `call-${(count += 1)}`;
  const { body } = await house.ask<CallAnswer>('POST', '/api/calls', roles, {
    ...{ callId, facility: 'NY01', caller: '100', dialed },
  });
  return body;
};
interface Progress {
  readonly state: string;
  readonly permit?: string;
}
const answer = async ({ callId }: CallAnswer, party: string, result = 'accepted') =>
  (await house.ask<Progress>('POST', `/api/calls/${callId}/notices`, ['dialler'], { party, result })).body;
const renew = (permit: unknown) => house.ask('POST', '/internal/permits/renewals', ['service'], { permit });
const setPolicy = (policy: object) => house.ask('PUT', '/api/facilities/NY01/policy', ['operator'], policy);
const put = (rules: unknown, roles: ('operator' | 'supervisor')[] = ['operator']) =>
  house.ask('PUT', '/api/jurisdictions/rules', roles, { rules });
const read = async () => (await house.ask('GET', '/api/jurisdictions/rules', ['auditor'])).body;
const typesOf = async ({ callId }: CallAnswer) => {
  const path = `/api/calls/${callId}`;
  const { body } = await house.ask<{ events: { type: string }[] }>('GET', path, ['auditor']);
  return body.events.map(({ type }) => type.replace('routing.', ''));
};
const eventsOf = async (type: string) => {
  const shards = await Promise.all([...Array(12).keys()].map((shard) => house.store.readShard(shard, 0, 10_000)));
  return shards.flat().filter((event) => event.type === type);
};

beforeAll(async () => {
  house = await House.start(postgres);
  await house.protect(LAWYER);
  await until(async () => ((await fetch(`${house.routing.url}/health`)).ok ? true : undefined));
  await house.import('facilities', 'SITE,NAME,STATE,TYPE,ADP,TIMEZONE\nNY01,Jail,NY,county jail,74,America/New_York\n');
  await house.import('roster', 'DOC_NUM,LAST,FIRST,DOB,SITE,STATUS\n100,Begay,José,11/28/1981,NY01,IN\n');
}, 60_000);
afterAll(() => house.stop());

beforeEach(async () => {
  await house.setRules(BEFORE);
  await setPolicy(POLICY);
  await until(async () => ((await dial(NEW_YORK)).recording === 'after-notice' ? true : undefined));
});

describe('rules', () => {
  const rule = { state: 'CA', consent: 'all-party', from: '2020-01-01', source: 'Cal. Penal Code 632' };

  it('are kept in versions, and the same ones in any order change nothing', async () => {
    const other = { ...rule, state: 'NY', consent: 'one-party', until: '2029-12-31' };
    const first = await put([other, rule]);
    expect(first).toMatchObject({ status: 200, body: { rules: [rule, other] } });
    const events = (await eventsOf('routing.JurisdictionRulesSet')).length;
    expect((await put([rule, other])).body).toEqual(first.body);
    expect(await read()).toEqual(first.body);
    expect((await eventsOf('routing.JurisdictionRulesSet')).length).toBe(events);
    expect((await put([rule])).body['version']).toBe((first.body['version'] as number) + 1);
  });

  it.each([
    ['rules.0.consent', [{ ...rule, consent: 'nobody' }]],
    ['rules.0.state', [{ ...rule, state: 'California' }]],
    ['rules.0.source', [{ ...rule, source: ' ' }]],
    [
      'rules.1.from',
      [
        { ...rule, until: '2020-12-31' },
        { ...rule, from: '2020-02-30' },
      ],
    ],
    ['rules.0.until', [{ ...rule, until: 'soon' }]],
    ['rules.1.from', [rule, { ...rule, consent: 'one-party', from: '2024-01-01' }]],
    ['rules.0.since', [{ ...rule, since: '2020-01-01' }]],
    ['rules', Array.from({ length: 181 }, () => rule)],
  ])('are refused at %s', async (field, rules) => {
    const before = await read();
    expect(await put(rules)).toMatchObject({ status: 422, body: { code: 'invalid-input', field } });
    expect(await read()).toEqual(before);
  });

  it('fit as many as are taken, written at length', async () => {
    const days = Array.from(
      { length: 180 },
      (_, n) => `20${String(10 + Math.floor(n / 12))}-${String((n % 12) + 1).padStart(2, '0')}-01`,
    );
    const rules = days.map((from) => ({ ...rule, from, until: from, source: '§'.repeat(119) + 'x' }));
    expect((await put(rules)).status).toBe(200);
  });

  it('are an operator’s, of no single facility', async () => {
    expect((await put([rule], ['supervisor'])).status).toBe(403);
    const bound = await house.ask(
      'PUT',
      '/api/jurisdictions/rules',
      ['operator'],
      { rules: [rule] },
      { facility: 'NY01' },
    );
    expect(bound.status).toBe(403);
    expect((await house.ask('GET', '/api/jurisdictions/rules', ['dialler'])).status).toBe(403);
  });
});

describe('a call', () => {
  it('inside a one-party state is recorded as the policy asks', async () => {
    const call = await dial(NEW_YORK);
    expect(call.notices).toEqual(POLICY.notices);
    expect((await answer(call, 'callee')).permit).toBeDefined();
  });

  it.each([
    ['to an all-party state', CALIFORNIA],
    ['to a number whose state is not known', TORONTO],
  ])('%s is recorded when both have accepted, not before', async (_, dialed) => {
    const call = await dial(dialed);
    expect(call).toMatchObject({ recording: 'after-notice', notices: BOTH });
    expect((await answer(call, 'callee')).permit).toBeUndefined();
    const { permit } = await answer(call, 'caller');
    expect((await renew(permit)).status).toBe(200);
    const declined = await dial(dialed);
    await answer(declined, 'callee');
    expect((await answer(declined, 'caller', 'declined')).permit).toBeUndefined();
  });

  it('asks for everybody where no rule is left', async () => {
    await put([]);
    expect((await dial(NEW_YORK)).notices).toEqual(BOTH);
  });

  it('whose policy does not ask a party is not recorded, and a dialler cannot tell why (P12)', async () => {
    await setPolicy(CALLEE_ONLY);
    expect(await dial(CALIFORNIA)).toMatchObject({
      outcome: 'connect',
      recording: 'off',
      reasons: ['consent-not-asked'],
    });
    const [unasked, lawyer] = [await dial(CALIFORNIA, ['dialler']), await dial(LAWYER, ['dialler'])];
    const hidden = { callId: '', decision: '' };
    expect({ ...unasked, ...hidden }).toEqual({ ...lawyer, ...hidden });
    expect((await dial(NEW_YORK)).recording).toBe('after-notice');
  });

  it('to a lawyer does not say where the lawyer is (P12)', async () => {
    const { decision } = await dial(LAWYER);
    const event = (await eventsOf('routing.CallDecided')).find(({ id }) => id === decision);
    const { data } = JSON.parse(event?.text ?? '') as { data: { jurisdiction: object } };
    expect(data.jurisdiction).toEqual({ facility: 'NY', rules: (await read())['version'] });
  });

  it('under way loses its permit where a consent is needed now that it was not asked for (P1)', async () => {
    const call = await dial(NEW_YORK);
    const { permit } = await answer(call, 'callee');
    expect((await renew(permit)).status).toBe(200);
    await house.setRules({ NY: 'all-party' });
    expect(await renew(permit)).toMatchObject({ status: 403, body: { code: 'permit-revoked' } });
    expect((await typesOf(call)).at(-1)).toBe('PermitRevoked');
    // Who was asked before has consented to it all the same.
    const both = await dial(NEW_YORK);
    await answer(both, 'caller');
    const kept = (await answer(both, 'callee')).permit;
    await house.setRules(BEFORE);
    expect((await renew(kept)).status).toBe(200);
  });
});

describe('a policy that has no call without consent', () => {
  const STRICT = { ...POLICY, declined: 'not-connected' };

  it.each(['declined', 'no-answer'])('ends it where a required acceptance is %s', async (result) => {
    await setPolicy(STRICT);
    const call = await dial(CALIFORNIA);
    await answer(call, 'callee');
    expect(await answer(call, 'caller', result)).toEqual({ callId: call.callId, state: 'ended' });
    expect(await typesOf(call)).toEqual(['CallDecided', 'NoticeAnswered', 'NoticeAnswered', 'CallEnded']);
    expect(await answer(call, 'caller', result)).toEqual({ callId: call.callId, state: 'ended' });
    expect(await answer(call, 'caller')).toMatchObject(
      result === 'declined' ? { state: 'ended' } : { code: 'call-ended' },
    );
  });

  it('stops a recording where consent is taken back', async () => {
    await setPolicy(STRICT);
    const call = await dial(NEW_YORK);
    const { permit } = await answer(call, 'callee');
    expect(await answer(call, 'callee', 'declined')).toMatchObject({ state: 'ended' });
    expect(await renew(permit)).toMatchObject({ status: 403, body: { code: 'call-ended' } });
  });

  it('leaves a call that is not recorded alone', async () => {
    await setPolicy(STRICT);
    expect(await dial(LAWYER)).toMatchObject({ outcome: 'connect', notices: [] });
    await setPolicy(POLICY);
    const call = await dial(CALIFORNIA);
    expect(await answer(call, 'callee', 'declined')).toEqual({ callId: call.callId, state: 'decided' });
  });

  it('is another policy than one that has, which may be said or not', async () => {
    const { version } = (await setPolicy(STRICT)).body;
    const said = (await setPolicy({ ...POLICY, declined: 'unrecorded' })).body;
    expect(said['version']).toBe((version as number) + 1);
    expect((await setPolicy(POLICY)).body).toEqual(said);
    expect(await setPolicy({ ...POLICY, declined: 'maybe' })).toMatchObject({
      status: 422,
      body: { field: 'declined' },
    });
  });
});

it('replays to the byte, every decision there was (P7)', async () => {
  const texts: string[] = [];
  for (const store of [house.store, house.registry.app.get(EventStore)]) {
    for (let shard = 0; shard < 12; shard += 1) {
      texts.push(...(await store.readShard(shard, 0, 10_000)).map(({ text }) => text));
    }
  }
  const { replayed, mismatches } = await replayDecisions(texts, new ProtectionView(house.viewDigestKey, Infinity));
  expect(mismatches).toEqual([]);
  expect(replayed).toBe(count);
});
