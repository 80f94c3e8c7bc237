import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseEnvelope } from '@privity/event-store';
import { withPostgres } from '@privity/testing';
import { House, until } from './testing/house.js';

const LAWYER = '2125550199';
const HOTLINE = '2125550198';
const LEGAL = '2125550197';
const FRIEND = '2075550101';
const OFFICE = '2075550102';
const STRANGER = '2075550103';
/** Of California, where everybody must consent. */
const ABROAD = '4155550104';
const PLAYED = { party: 'caller', language: 'en', acceptance: 'none' };

const postgres = withPostgres();
let house: House;
beforeAll(async () => {
  house = await House.start(postgres);
  await house.protect(LAWYER);
  await house.protect(HOTLINE, 'hotline');
  await until(async () => ((await fetch(`${house.routing.url}/health`)).ok ? true : undefined));
  await house.import('facilities', 'SITE,NAME,STATE,TYPE,ADP,TIMEZONE\nME01,One,ME,county jail,100,America/New_York\n');
  await house.import('roster', 'DOC_NUM,LAST,FIRST,DOB,SITE,STATUS\n100,A,B,01/01/1990,ME01,IN\n');
  const listed = [`100,${FRIEND},FRIEND,APPROVED`, `100,${OFFICE},FRIEND,APPROVED`, `200,${LEGAL},LEGAL,PENDING`];
  await house.import('allowed-numbers', ['DOC_NUM,PHONE,RELATION,STATUS', ...listed, ''].join('\n'));
  const notices = [PLAYED, { party: 'callee', language: 'en', acceptance: 'required' }];
  const policy = { allowedList: 'required', presence: 'required', recording: 'permitted', notices, maxSeconds: 900 };
  await house.ask('PUT', '/api/facilities/ME01/policy', ['operator'], policy);
  await until(async () => ((await call(FRIEND)).body.recording === 'after-notice' ? true : undefined));
}, 60_000);
afterAll(() => house?.stop(), 60_000);

const EDGE = { client: 'edge' };
interface Decided {
  readonly callId: string;
  readonly recording: string;
  readonly reasons: string[];
  readonly notices: { readonly acceptance: string }[];
}
let calls = 0;
const call = (dialed: string, others?: readonly string[], callId = `c-${(calls += 1)}`, caller = '100') => {
  const body = { callId, facility: 'ME01', caller, dialed, ...(others === undefined ? {} : { others }) };
  return house.ask<Decided>('POST', '/api/calls', ['dialler', 'auditor'], body, EDGE);
};
const post = (callId: string, path: string, body: unknown) =>
  house.ask('POST', `/api/calls/${callId}/${path}`, ['dialler'], body, EDGE);
const permitted = async (dialed: string) => {
  const { callId } = (await call(dialed)).body;
  const { permit } = (await post(callId, 'notices', { party: 'callee', result: 'accepted' })).body;
  expect(permit).toEqual(expect.any(String));
  return { callId, permit };
};
const renew = async (permit: unknown) =>
  (await house.ask('POST', '/internal/permits/renewals', ['service'], { permit })).status;
const texts = async () =>
  (await Promise.all([...Array(12).keys()].map((shard) => house.store.readShard(shard, 0, 10_000))))
    .flat()
    .map(({ text }) => text);

describe('a call that other numbers have to do with', () => {
  it.each([
    ['a lawyer’s', LAWYER, ['number-protected']],
    ['one that a list calls a lawyer’s', LEGAL, ['legal-relation-listed']],
    ['one that cannot be read', 'anonymous', ['party-unknown']],
    ['a hotline', HOTLINE, ['hotline']],
  ])('is not recorded where one of them is %s', async (_, other, reasons) => {
    expect((await call(FRIEND, [STRANGER, other])).body).toMatchObject({
      outcome: 'connect',
      recording: 'off',
      reasons,
    });
  });

  it('is answered nobody knows where: both must consent (P3)', async () => {
    const accepted = (body: Decided) => body.notices.map(({ acceptance }) => acceptance);
    expect(accepted((await call(FRIEND)).body)).toEqual(['none', 'required']);
    const { body } = await call(FRIEND, [STRANGER]);
    expect(body).toMatchObject({ recording: 'after-notice', reasons: [] });
    expect(accepted(body)).toEqual(['required', 'required']);
  });

  it('is another call under the same id when they differ, and the same when they do not', async () => {
    const { callId } = (await call(FRIEND, [STRANGER])).body;
    expect((await call(FRIEND, [STRANGER], callId)).status).toBe(200);
    expect((await call(FRIEND, [OFFICE], callId)).status).toBe(409);
    expect((await call(FRIEND, undefined, callId)).status).toBe(409);
  });

  it('keeps nothing of who calls, nor of what else could tell, where one of them is a hotline (P11)', async () => {
    await call(STRANGER, [OFFICE, HOTLINE], undefined, '555');
    const told = (await texts()).filter((text) => text.includes(house.numberIndex(HOTLINE)));
    expect(told.length).toBeGreaterThan(0);
    for (const text of told) {
      expect(text).not.toContain('"caller"');
      expect(text).not.toContain(house.numberIndex(OFFICE));
    }
    expect((await texts()).join()).not.toContain(house.callerIndex('555'));
  });
});

describe('somebody who joins a call', () => {
  it.each([
    ['a lawyer', { number: LAWYER }],
    ['somebody whom a list calls a lawyer', { number: LEGAL }],
    ['somebody whom the edge cannot name', {}],
    ['somebody behind a number that cannot be read', { number: 'anonymous' }],
    ['a hotline', { number: HOTLINE }],
    ['somebody who would have to be asked', { number: ABROAD }],
  ])('ends its recording: %s', async (_, party) => {
    const { callId, permit } = await permitted(FRIEND);
    expect(await post(callId, 'parties', party)).toMatchObject({ status: 200, body: { callId, state: 'decided' } });
    expect(await renew(permit)).toBe(403);
    const again = await post(callId, 'notices', { party: 'callee', result: 'accepted' });
    expect(again.body).not.toHaveProperty('permit');
  });

  it('of whom nothing is known leaves it, until it becomes known', async () => {
    const { callId, permit } = await permitted(FRIEND);
    await post(callId, 'parties', { number: STRANGER });
    await post(callId, 'parties', { number: STRANGER });
    expect(await renew(permit)).toBe(200);
    await house.protect(STRANGER);
    await until(async () => ((await renew(permit)) === 403 ? true : undefined));
    const { body } = await house.ask<{ events: { type: string }[] }>(
      ...(['GET', `/api/calls/${callId}?client=edge`, ['auditor']] as const),
    );
    const joined = body.events.filter(({ type }) => type === 'routing.PartyJoined');
    expect(joined).toHaveLength(1);
    expect((await house.ask('GET', `/api/calls/${callId}?client=edge`, ['supervisor'])).status).toBe(404);
  });

  it('is not written down beside a caller where it is a hotline, nor in a call to one (P11)', async () => {
    const { callId } = await permitted(OFFICE);
    await post(callId, 'parties', { number: HOTLINE });
    const joined = (await texts())
      .map((text) => parseEnvelope(text))
      .filter(({ type }) => type === 'routing.PartyJoined');
    expect(joined.at(-1)?.data).toBeDefined();
    for (const { data } of joined) expect(JSON.stringify(data)).not.toContain(house.numberIndex(HOTLINE));
    const hotline = (await call(HOTLINE)).body.callId;
    expect((await post(hotline, 'parties', { number: OFFICE })).status).toBe(200);
    expect((await texts()).filter((text) => text.includes('routing.PartyJoined'))).toHaveLength(joined.length);
  });

  it('has no place in a call that is over, was denied, or never was', async () => {
    const { callId } = await permitted(FRIEND);
    await post(callId, 'ended', { at: new Date().toISOString() });
    expect(await post(callId, 'parties', { number: LAWYER })).toMatchObject({ status: 200, body: { state: 'ended' } });
    const denied = (await call('2075550188')).body.callId;
    expect((await post(denied, 'parties', { number: LAWYER })).status).toBe(409);
    expect((await post('never', 'parties', { number: LAWYER })).status).toBe(404);
    expect(await post(callId, 'parties', { number: 7 })).toMatchObject({ status: 422, body: { field: 'number' } });
  });
});
