import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventStore } from '@privity/event-store';
import { ProtectionView } from '@privity/registry';
import { replayDecisions } from '@privity/routing';
import { withPostgres } from '@privity/testing';
import type { BlockPage } from './blocks/block-list.js';
import type { CallAnswer } from './calls/call-answer.js';
import { type Asker, House, until } from './testing/house.js';

const postgres = withPostgres();
let house: House;

const FACILITIES =
  'SITE,NAME,STATE,TYPE,ADP,TIMEZONE\nME01,A,ME,county jail,74,America/New_York\nNY02,B,NY,prison,900,America/New_York\n';
const ROSTER = 'DOC_NUM,LAST,FIRST,DOB,SITE,STATUS\n100,A,B,11/28/1981,ME01,IN\n200,C,D,04/27/1992,ME01,IN\n';
const POLICY = {
  allowedList: 'off',
  presence: 'noted',
  recording: 'permitted',
  notices: [{ party: 'callee', language: 'en', acceptance: 'required' }],
  maxSeconds: 3600,
};
const LAWYER = '2125550105';
const HOTLINE = '2125550106';
const BASIS = 'order of the county court';

let count = 0;
const dial = (dialed: string, more: Record<string, unknown> = {}) =>
  house.ask<CallAnswer>('POST', '/api/calls', ['dialler', 'operator', 'simulate'], {
    callId: `call-${(count += 1)}`,
    facility: 'ME01',
    caller: '100',
    dialed,
    ...more,
  });
const block = (more: Record<string, unknown>, asker: Asker = {}) =>
  house.ask<{ blockId: string; code?: string; field?: string }>(
    'POST',
    '/api/blocks',
    ['registrar'],
    { kind: 'no-contact-order', basis: BASIS, ...more },
    asker,
  );
const end = (blockId: string, asker: Asker) =>
  house.ask('POST', `/api/blocks/${blockId}/end`, ['registrar'], { basis: 'lifted' }, asker);
const list = (query = '', asker: Asker = {}) =>
  house.ask<BlockPage & { field?: string }>('GET', `/api/blocks${query}`, ['registrar'], undefined, asker);
const texts = async (store = house.store) => {
  const shards = await Promise.all(
    (await store.heads()).map(({ shard, position }) => store.readShard(shard, 0, position)),
  );
  return shards.flat().map(({ text }) => text);
};

beforeAll(async () => {
  house = await House.start(postgres);
  await house.protect(LAWYER);
  await house.protect(HOTLINE, 'hotline');
  await until(async () => ((await fetch(`${house.routing.url}/health`)).ok ? true : undefined));
  await house.import('facilities', FACILITIES);
  await house.import('roster', ROSTER);
  for (const facility of ['ME01', 'NY02']) {
    await house.ask('PUT', `/api/facilities/${facility}/policy`, ['operator'], POLICY);
  }
  await until(async () => ((await dial('2125550101')).body.recording === 'after-notice' ? true : undefined));
}, 60_000);
afterAll(() => house.stop());

describe('a blocked number', () => {
  it('is called by nobody, by one person not, or from one facility not', async () => {
    expect((await block({ number: '2125550201', kind: 'callee-request' })).status).toBe(201);
    expect((await block({ number: '2125550202', caller: ' 100 ' })).status).toBe(201);
    expect((await block({ number: '2125550203', facility: 'NY02', kind: 'facility' })).status).toBe(201);
    const outcome = async (dialed: string, more = {}) => (await dial(dialed, more)).body.outcome;
    expect([await outcome('2125550201'), await outcome('2125550201', { facility: 'NY02', caller: '200' })]).toEqual([
      'deny',
      'deny',
    ]);
    expect([await outcome('2125550202'), await outcome('2125550202', { facility: 'NY02' })]).toEqual(['deny', 'deny']);
    expect(await outcome('2125550202', { caller: '200' })).toBe('connect');
    expect([await outcome('2125550203'), await outcome('2125550203', { facility: 'NY02' })]).toEqual([
      'connect',
      'deny',
    ]);
    expect((await dial('1 (212) 555-0202 x5')).body).toMatchObject({ reasons: ['number-blocked'], recording: 'off' });
  });

  it('stays blocked where it is protected, and everybody else may call it (P3)', async () => {
    await block({ number: LAWYER, caller: '100' });
    expect((await dial(LAWYER)).body).toMatchObject({
      ...{ outcome: 'deny', recording: 'off', reasons: ['number-blocked', 'number-protected'] },
    });
    expect((await dial(LAWYER, { caller: '200' })).body).toMatchObject({ outcome: 'connect', recording: 'off' });
  });

  it('is never a hotline, which is told at entry, and nobody is kept from one that was blocked before (P11, T16)', async () => {
    for (const scope of [{}, { caller: '100' }, { facility: 'ME01' }]) {
      expect(await block({ number: HOTLINE, ...scope })).toMatchObject({
        status: 422,
        body: { code: 'hotline-not-blocked', field: 'number' },
      });
    }
    const late = '2125550107';
    await block({ number: late });
    expect((await dial(late)).body.outcome).toBe('deny');
    await house.protect(late, 'hotline');
    await until(async () => ((await dial(late)).body.outcome === 'connect' ? true : undefined));
    expect((await dial(late, { caller: 'the-caller' })).body).toMatchObject({ reasons: ['hotline'], recording: 'off' });
    expect((await texts()).join()).not.toContain(house.callerIndex('the-caller'));
  });

  it('ends the permit of a call that goes on', async () => {
    const callId = 'goes-on';
    await dial('2125550204', { callId });
    const accepted = await house.ask<{ permit?: string }>('POST', `/api/calls/${callId}/notices`, ['dialler'], {
      ...{ party: 'callee', result: 'accepted' },
    });
    const renew = () =>
      house
        .ask('POST', '/internal/permits/renewals', ['service'], { permit: accepted.body.permit })
        .then(({ status }) => status);
    expect(await renew()).toBe(200);
    await block({ number: '2125550204' });
    expect(await renew()).toBe(403);
  });

  it('names the field that is wrong', async () => {
    expect(await block({ number: '555-0123' })).toMatchObject({ status: 422, body: { field: 'number' } });
    expect(await block({ number: LAWYER, kind: 'whim' })).toMatchObject({ status: 422, body: { field: 'kind' } });
    expect(await block({ number: LAWYER, caller: '  ' })).toMatchObject({ status: 422, body: { field: 'caller' } });
    expect(await block({ number: LAWYER, facility: 'XX' })).toMatchObject({ status: 422, body: { field: 'facility' } });
    const both = { caller: '100', facility: 'ME01' };
    expect(await block({ number: LAWYER, ...both })).toMatchObject({ status: 422, body: { field: 'facility' } });
    const asDialler = await house.ask('POST', '/api/blocks', ['dialler'], { number: LAWYER });
    expect(asDialler.status).toBe(403);
  });
});

describe('the end of a block', () => {
  it('takes a second person, and an attempt alone is an event', async () => {
    const { blockId } = (await block({ number: '2125550301' })).body;
    expect((await end(blockId, { subject: 'ana' })).status).toBe(403);
    expect((await dial('2125550301')).body.outcome).toBe('deny');
    expect(await end(blockId, { subject: 'ben' })).toMatchObject({ status: 200, body: { blockId, state: 'ended' } });
    expect((await end(blockId, { subject: 'ben' })).status).toBe(200);
    expect((await dial('2125550301')).body.outcome).toBe('connect');
    const types = (await texts())
      .filter((text) => text.includes(blockId))
      .map((text) => JSON.parse(text).type as string);
    expect(types.sort()).toEqual(
      ['CallDecided', 'NumberBlocked', 'BlockEndRefused', 'BlockEnded'].map((type) => `routing.${type}`).sort(),
    );
  });

  it('leaves other blocks of the number', async () => {
    const first = (await block({ number: '2125550302' })).body.blockId;
    await block({ number: '2125550302', caller: '100' });
    await end(first, { subject: 'ben' });
    expect((await dial('2125550302')).body.outcome).toBe('deny');
    expect((await dial('2125550302', { caller: '200' })).body.outcome).toBe('connect');
  });

  it('of none that is there is not found', async () => {
    expect((await end('x', { subject: 'ben' })).status).toBe(404);
    expect((await end(crypto.randomUUID(), { subject: 'ben' })).status).toBe(404);
  });
});

describe('a repeated request', () => {
  it('with one Idempotency-Key is the same block; other content under it is another', async () => {
    const send = async (number: string, caller?: string) => {
      const response = await fetch(`${house.routing.url}/api/blocks`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${await house.token(['registrar'])}`,
          'content-type': 'application/json',
          'idempotency-key': 'once',
        },
        body: JSON.stringify({ number, kind: 'facility', basis: BASIS, ...(caller === undefined ? {} : { caller }) }),
      });
      return ((await response.json()) as { blockId: string }).blockId;
    };
    const first = await send('2125550401');
    expect(await send('(212) 555-0401')).toBe(first);
    expect(await send('2125550401', '100')).not.toBe(first);
    expect(await send('2125550402')).not.toBe(first);
    await end(first, { subject: 'ben' });
    expect(await send('2125550401')).toBe(first);
    expect((await dial('2125550401', { caller: '200' })).body.outcome).toBe('connect');
  });
});

describe('the list of blocks', () => {
  it('shows those that stand, page by page, and that somebody looked is an event before (P4)', async () => {
    const { blockId } = (await block({ number: '2125550501', caller: '100' })).body;
    const ended = (await block({ number: '2125550502' })).body.blockId;
    await end(ended, { subject: 'ben' });
    const all = (await list('?limit=999')).body.blocks;
    expect(all.find((one) => one.blockId === blockId)).toMatchObject({
      ...{ number: '+12125550501', caller: '100', kind: 'no-contact-order', basis: BASIS, blockedBy: 'ana' },
    });
    expect(all.map((one) => one.blockId)).not.toContain(ended);
    const paged: string[] = [];
    for (let next: string | undefined = ''; next !== undefined;) {
      const { body } = await list(next === '' ? '?limit=2' : `?limit=2&after=${next}`);
      paged.push(...body.blocks.map((one) => one.blockId));
      next = body.next;
    }
    expect(paged).toEqual(all.map((one) => one.blockId));
    const viewed = (await texts()).filter((text) => text.includes('"routing.BlocksViewed"'));
    expect(viewed.some((text) => text.includes(blockId) && text.includes('"actor":"ana"'))).toBe(true);
    expect(await list('?limit=0')).toMatchObject({ status: 422, body: { field: 'limit' } });
    expect(await list('?after=x')).toMatchObject({ status: 422, body: { field: 'after' } });
  });

  it('is that of the facility, for a token of one', async () => {
    const bound = { facility: 'NY02', subject: 'ben' };
    expect((await block({ number: '2125550503' }, bound)).status).toBe(403);
    expect((await block({ number: '2125550503', caller: '100' }, bound)).status).toBe(403);
    const own = (await block({ number: '2125550503', facility: 'NY02' }, bound)).body.blockId;
    const other = (await block({ number: '2125550503', facility: 'ME01' })).body.blockId;
    const { blocks } = (await list('', bound)).body;
    expect(blocks.map((one) => one.blockId)).toContain(own);
    expect(new Set(blocks.map(({ facility }) => facility))).toEqual(new Set(['NY02']));
    expect((await end(other, bound)).status).toBe(404);
    expect((await end(own, { ...bound, subject: 'eva' })).status).toBe(200);
  });

  it('leaves nothing of number, person or basis in any event or log', async () => {
    const kept = [...(await texts()), ...house.log].join('\n');
    for (const secret of ['2125550202', '2125550501', BASIS, 'lifted']) expect(kept).not.toContain(secret);
  });
});

describe('calling hours', () => {
  it('deny a call outside, by the clock of the facility, and none that is protected', async () => {
    const hours = [{ days: ['sun'], from: '01:00', to: '02:00' }];
    const put = (policy: unknown) => house.ask('PUT', '/api/facilities/NY02/policy', ['operator'], policy);
    const bad = { ...POLICY, hours: [{ days: ['sun'], from: '22:00', to: '06:00' }] };
    expect(await put(bad)).toMatchObject({ status: 422, body: { field: 'hours.0.to' } });
    expect(await put({ ...POLICY, hours: [] })).toMatchObject({ status: 422, body: { field: 'hours' } });
    expect(await put({ ...POLICY, hours: [{ days: ['sun'], from: '1:00', to: '02:00' }] })).toMatchObject({
      ...{ status: 422, body: { field: 'hours.0.from' } },
    });
    expect(await put({ ...POLICY, hours })).toMatchObject({ status: 200, body: { version: 2, policy: { hours } } });
    const reasons = async (time: string, dialed = '2125550101') =>
      (await dial(dialed, { facility: 'NY02', at: `2025-11-02T${time}Z` })).body.reasons;
    const times = ['04:59:59', '05:00:00', '06:59:59', '07:00:00'];
    const outside = await Promise.all(times.map(async (time) => (await reasons(time)).includes('outside-hours')));
    expect(outside).toEqual([true, false, false, true]);
    for (const dialed of [LAWYER, HOTLINE]) {
      const { body } = await dial(dialed, { facility: 'NY02', caller: '200', at: '2025-11-02T04:59:59Z' });
      expect(body).toMatchObject({ outcome: 'connect', recording: 'off' });
    }
    await put(POLICY);
  });
});

describe('new index keys', () => {
  it('leave every block standing, also of a number that is protected under the new ones', async () => {
    await house.renewIndexKeys();
    await house.protect('2125550202');
    const both = ['number-blocked', 'number-protected'];
    await until(async () => {
      const { status, body } = await dial('2125550202');
      return status === 201 && body.reasons.includes('number-protected') ? true : undefined;
    });
    expect((await dial('2125550202')).body).toMatchObject({ outcome: 'deny', recording: 'off', reasons: both });
    expect((await dial('2125550202', { caller: '200' })).body).toMatchObject({ outcome: 'connect', recording: 'off' });
    expect((await dial('2125550201', { caller: '200' })).body).toMatchObject({ outcome: 'deny' });
    expect((await dial(LAWYER)).body).toMatchObject({ outcome: 'deny', reasons: expect.arrayContaining(both) });
    expect((await dial(HOTLINE)).body).toMatchObject({ outcome: 'connect', recording: 'off' });
  }, 60_000);
});

describe('replay', () => {
  it('derives every decision of this file again (P7)', async () => {
    const log = [...(await texts()), ...(await texts(house.registry.app.get(EventStore)))];
    const { replayed, mismatches } = await replayDecisions(log, new ProtectionView(house.viewDigestKey, Infinity));
    expect(mismatches).toEqual([]);
    expect(replayed).toBeGreaterThan(20);
  });
});
