import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventStore } from '@privity/event-store';
import { numberStream } from '@privity/registry';
import { claimedStream } from '@privity/routing';
import { withPostgres } from '@privity/testing';
import { House, until } from './testing/house.js';

const postgres = withPostgres();
let house: House;
beforeAll(async () => {
  house = await House.start(postgres);
  await house.protect('2125550199');
  await until(async () => ((await fetch(`${house.routing.url}/health`)).ok ? true : undefined));
  await house.import('facilities', 'SITE,NAME,STATE,TYPE,ADP,TIMEZONE\nME01,One,ME,county jail,100,America/New_York\n');
  await house.import('roster', 'DOC_NUM,LAST,FIRST,DOB,SITE,STATUS\n100,A,B,01/01/1990,ME01,IN\n');
  const listed = [...Array(9).keys()].map((n) => `100,${number(n)},FRIEND,APPROVED`);
  await house.import('allowed-numbers', ['DOC_NUM,PHONE,RELATION,STATUS', ...listed, ''].join('\n'));
  const notices = [{ party: 'callee', language: 'en', acceptance: 'required' }];
  const policy = { allowedList: 'required', presence: 'required', recording: 'permitted', notices, maxSeconds: 900 };
  await house.ask('PUT', '/api/facilities/ME01/policy', ['operator'], policy);
  await until(async () => ((await call(number(0))).body.recording === 'after-notice' ? true : undefined));
}, 60_000);
afterAll(() => house?.stop(), 60_000);

const number = (n: number) => `207555010${n}`;
const EDGE = { client: 'edge' };
interface Decided {
  readonly callId: string;
  readonly outcome: string;
  readonly recording: string;
  readonly reasons: string[];
  readonly maxSeconds: number;
}
let calls = 0;
const call = (dialed: string, callId = `c-${(calls += 1)}`) =>
  house.ask<Decided>(
    'POST',
    '/api/calls',
    ['dialler', 'auditor'],
    { callId, facility: 'ME01', caller: '100', dialed },
    EDGE,
  );
const post = (callId: string, path: string, body: unknown) =>
  house.ask('POST', `/api/calls/${callId}/${path}`, ['dialler'], body, EDGE);
const claim = (callId: string, party = 'callee') => post(callId, 'privilege-claim', { party });
const accept = (callId: string) => post(callId, 'notices', { party: 'callee', result: 'accepted' });
const ledger = async (dialed: string) =>
  (await house.store.readStream(claimedStream(house.numberIndex(dialed)))).map(({ type }) => type);

/** What the registry says of a claim, as its own services would. */
async function registrySays(type: 'NumberProtected' | 'ProtectionEnded', dialed: string, ref: string): Promise<void> {
  const index = house.numberIndex(dialed);
  const source = { kind: 'claim', ref };
  const data =
    type === 'NumberProtected'
      ? { index, source, category: 'attorney', basis: 'spec', since: new Date().toISOString() }
      : { of: 'number', index, source, settlement: crypto.randomUUID(), left: 0 };
  await house.registry.app.get(EventStore).append(numberStream(index), 'any', [{ type: `registry.${type}`, data }]);
}

describe('a claim of privilege (T11)', () => {
  it('takes the permit from its call at once, and is the same again', async () => {
    const { callId } = (await call(number(1))).body;
    const { permit } = (await accept(callId)).body;
    expect(permit).toEqual(expect.any(String));
    expect(await claim(callId)).toMatchObject({ status: 200, body: { callId, state: 'decided' } });
    const renewed = await house.ask('POST', '/internal/permits/renewals', ['service'], { permit });
    expect(renewed).toMatchObject({ status: 403, body: { code: 'permit-revoked' } });
    expect(await accept(callId)).toMatchObject({ status: 200, body: { callId, state: 'decided' } });
    expect((await accept(callId)).body).not.toHaveProperty('permit');
    expect((await claim(callId)).status).toBe(200);
    const byAnother = await house.ask(
      'POST',
      `/api/calls/${callId}/privilege-claim`,
      ['dialler'],
      { party: 'caller' },
      { ...EDGE, subject: 'ben' },
    );
    expect(byAnother.status).toBe(200);
    expect(await ledger(number(1))).toEqual(['routing.NumberClaimed']);
  });

  it('takes the permits of other calls to the number, too', async () => {
    const [one, other] = [(await call(number(2))).body.callId, (await call(number(2))).body.callId];
    const { permit } = (await accept(other)).body;
    await claim(one);
    const renewed = await house.ask('POST', '/internal/permits/renewals', ['service'], { permit });
    expect(renewed).toMatchObject({ status: 403, body: { code: 'permit-revoked' } });
  });

  it('is worth three calls of ten minutes until it is settled, never a recorded one, however many are asked for at once', async () => {
    const { callId } = (await call(number(3))).body;
    await claim(callId);
    const answers = await Promise.all([...Array(8).keys()].map(() => call(number(3))));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(201));
    expect(answers.filter(({ body }) => body.recording !== 'off')).toEqual([]);
    const connected = answers.filter(({ body }) => body.outcome === 'connect').map(({ body }) => body);
    expect(connected).toHaveLength(3);
    expect(connected[0]).toMatchObject({ reasons: ['privilege-claimed'], maxSeconds: 600 });
    expect((await call(number(3))).body).toMatchObject({
      ...{ outcome: 'deny', reasons: ['claim-unsettled', 'privilege-claimed'], maxSeconds: 0 },
    });
    expect((await call(number(3), callId)).body.callId).toBe(callId);
    // Asked again, a call is the same call and takes no other's place.
    expect((await call(number(3), connected[0]?.callId)).body).toEqual(connected[0]);
    expect(await ledger(number(3))).toEqual(['routing.NumberClaimed', ...Array(3).fill('routing.ClaimedCallAdmitted')]);
  });

  it('holds until the registry settles it, and then begins anew with another claim', async () => {
    const { callId } = (await call(number(4))).body;
    await claim(callId);
    const [claimed] = await house.store.readStream(claimedStream(house.numberIndex(number(4))));
    const ref = (JSON.parse(claimed?.text ?? '{}') as { data: { claim: string } }).data.claim;
    await registrySays('NumberProtected', number(4), ref);
    await until(async () => ((await call(number(4))).body.outcome === 'deny' ? true : undefined));
    await registrySays('ProtectionEnded', number(4), ref);
    const next = await until(async () => {
      const { body } = await call(number(4));
      return body.recording === 'after-notice' ? body : undefined;
    });
    await claim(next.callId, 'caller');
    expect((await call(number(4))).body).toMatchObject({ outcome: 'connect', recording: 'off', maxSeconds: 600 });
  });

  it('makes its calls private, to which a supervisor gets no other answer than to none (P12)', async () => {
    const { callId } = (await call(number(5))).body;
    const read = (id: string) => house.ask('GET', `/api/calls/${id}?client=edge`, ['supervisor']);
    expect((await read(callId)).status).toBe(200);
    await claim(callId);
    expect(await read(callId)).toMatchObject({ status: 404, body: (await read('never')).body });
  });

  it('of a protected number leaves no event, and the dialler cannot tell (P12)', async () => {
    const { callId } = (await call('2125550199')).body;
    expect(await claim(callId)).toMatchObject({ status: 200, body: { callId, state: 'decided' } });
    expect(await ledger('2125550199')).toEqual([]);
  });

  it('is refused where it makes no sense, with the field', async () => {
    const { callId } = (await call(number(6))).body;
    expect(await claim(callId, 'judge')).toMatchObject({ status: 422, body: { field: 'party' } });
    expect((await claim('never')).status).toBe(404);
    const { callId: denied } = (await call('2125550177')).body;
    expect(await claim(denied)).toMatchObject({ status: 409, body: { code: 'call-denied' } });
  });
});
