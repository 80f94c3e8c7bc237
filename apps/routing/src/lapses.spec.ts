import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parseEnvelope } from '@privity/event-store';
import { withPostgres } from '@privity/testing';
import pg from 'pg';
import { CallBook } from './calls/call-book.js';
import { House, until } from './testing/house.js';

// Real services on a machine that may be busy.
jest.setTimeout(60_000);

const [RING_MS, MARGIN_MS, LONGEST_S] = [1_500, 500, 2];
const postgres = withPostgres();
let house: House;

const [FRIEND, HOTLINE] = ['2125550101', '2125550106'];
const POLICY = {
  allowedList: 'off',
  presence: 'noted',
  recording: 'permitted',
  notices: [{ party: 'callee', language: 'en', acceptance: 'required' }],
  maxSeconds: LONGEST_S,
};

let count = 0;
const decide = async (dialed = FRIEND, of = house.routing) => {
  const callId = `life-${(count += 1)}`;
  const body = { callId, facility: 'ME01', caller: '100', dialed };
  const { status } = await house.ask('POST', '/api/calls', ['dialler'], body, { of });
  expect(status).toBe(201);
  return callId;
};
const now = () => new Date().toISOString();
const post = (callId: string, what: string, body: unknown = { at: now() }) =>
  house.ask('POST', `/api/calls/${callId}/${what}`, ['dialler'], body);
const accept = (callId: string) => post(callId, 'notices', { party: 'callee', result: 'accepted' });
const streamOf = (callId: string) => house.routing.app.get(CallBook).streamOf('privity', callId);
const eventsOf = async (callId: string) =>
  (await house.store.readStream(streamOf(callId))).map(({ text }) => parseEnvelope<Record<string, unknown>>(text));
const ends = async (callId: string) => (await eventsOf(callId)).filter(({ type }) => type === 'routing.CallEnded');
const lapsed = (callId: string) => until(async () => (await ends(callId))[0]);
const lived = async () =>
  Number((await house.routing.app.get(pg.Pool).query('select lived_ms from open_call_clock')).rows[0].lived_ms);
const table = () => house.routing.app.get(pg.Pool).query('select * from open_call');

beforeAll(async () => {
  house = await House.start(postgres, {
    PRIVITY_CALL_RING_LIMIT_MS: String(RING_MS),
    PRIVITY_CALL_END_MARGIN_MS: String(MARGIN_MS),
  });
  await house.protect(HOTLINE, 'hotline');
  await until(async () => ((await fetch(`${house.routing.url}/health`)).ok ? true : undefined));
  await house.import('facilities', 'SITE,NAME,STATE,TYPE,ADP,TIMEZONE\nME01,Jail,ME,county jail,74,America/New_York\n');
  await house.ask('PUT', '/api/facilities/ME01/policy', ['operator'], POLICY);
}, 60_000);
afterAll(() => house.stop());

describe('a call that never says that it ended', () => {
  it('ends when it did not connect while a dial tone lasts, and nobody is said to have ended it', async () => {
    const begun = performance.now();
    const callId = await decide();
    const { data, actor, time, causationid } = await lapsed(callId);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(RING_MS);
    expect(data).toEqual({ at: expect.any(String), connected: false, by: 'timeout' });
    expect(Math.abs(Date.parse(String(data['at'])) - Date.parse(time))).toBeLessThan(5_000);
    expect(actor).toBeUndefined();
    expect(causationid).toBe((await eventsOf(callId))[0]?.id);
  });

  it('ends when it connected longer ago than it may last, and not before', async () => {
    const callId = await decide();
    await pause(RING_MS / 3);
    const connected = performance.now();
    expect((await post(callId, 'connected')).status).toBe(200);
    const { data } = await lapsed(callId);
    expect(performance.now() - connected).toBeGreaterThanOrEqual(LONGEST_S * 1_000 + MARGIN_MS);
    expect(data).toMatchObject({ connected: true, by: 'timeout' });
  });

  it('answers from then on as any call that has ended, and has one end', async () => {
    const [silent, connected] = [await decide(), await decide()];
    await post(connected, 'connected');
    await Promise.all([lapsed(silent), lapsed(connected)]);
    for (const callId of [silent, connected]) {
      expect(await post(callId, 'ended')).toMatchObject({ status: 200, body: { state: 'ended' } });
      expect(await accept(callId)).toMatchObject({ status: 409 });
      expect(await ends(callId)).toHaveLength(1);
    }
    expect(await post(silent, 'connected')).toMatchObject({ status: 409, body: { code: 'call-ended' } });
    expect(await post(connected, 'connected')).toMatchObject({ status: 200, body: { state: 'ended' } });
  });

  it('gets no permit any more (P1)', async () => {
    const callId = await decide();
    await post(callId, 'connected');
    const { permit } = (await until(async () => {
      const { body } = await accept(callId);
      return 'permit' in body ? body : undefined;
    })) as { permit: string };
    const renew = () => house.ask('POST', '/internal/permits/renewals', ['service'], { permit });
    expect((await renew()).status).toBe(200);
    await lapsed(callId);
    expect(await renew()).toMatchObject({ status: 403, body: { code: 'call-ended' } });
  });

  it('leaves no trace of who called a hotline (P11)', async () => {
    const callId = await decide(HOTLINE);
    const rows = await until(async () => {
      const found = (await table()).rows.filter(({ stream }) => stream === streamOf(callId));
      return found.length > 0 ? found : undefined;
    });
    expect(Object.keys(rows[0]).sort()).toEqual(['connected_at', 'due_at', 'stream']);
    await lapsed(callId);
    const texts = (await house.store.readStream(streamOf(callId))).map(({ text }) => text).join();
    expect(texts).not.toContain(house.callerIndex('100'));
  });
});

describe('a call that says so, or was denied', () => {
  it('gets no second end, and no row stays', async () => {
    const callId = await decide();
    await post(callId, 'connected');
    await post(callId, 'ended');
    const body = { callId: 'life-denied', facility: 'ME01', caller: '100', dialed: '555-0123' };
    await house.ask('POST', '/api/calls', ['dialler'], body);
    await pause(LONGEST_S * 1_000 + MARGIN_MS + RING_MS);
    expect((await ends(callId)).map(({ data }) => data['by'])).toEqual([undefined]);
    expect((await eventsOf('life-denied')).map(({ type }) => type)).toEqual(['routing.CallDecided']);
    await until(async () => ((await table()).rowCount === 0 ? true : undefined));
  });
});

describe('posts that come twice, late or in another order', () => {
  const say = async (callId: string, ...steps: readonly string[]) => {
    const answers: unknown[] = [];
    for (const step of steps) {
      const { status, body } = step === 'accept' ? await accept(callId) : await post(callId, step);
      answers.push(status === 200 ? body['state'] : body['code']);
    }
    return answers;
  };
  const told = async (callId: string) =>
    (await eventsOf(callId)).map(({ type, data }) => [type.replace('routing.', ''), data['connected']]);

  it('ended before connected: it never connected, as far as anybody was told in time', async () => {
    const callId = await decide();
    expect(await say(callId, 'ended', 'connected', 'connected', 'ended')).toEqual([
      'ended',
      'call-ended',
      'call-ended',
      'ended',
    ]);
    expect(await told(callId)).toEqual([
      ['CallDecided', undefined],
      ['CallEnded', false],
    ]);
  });

  it('connected again, with another time: the first one stands', async () => {
    const callId = await decide();
    const first = now();
    await post(callId, 'connected', { at: first });
    const again = await post(callId, 'connected', { at: new Date(Date.parse(first) + 5_000).toISOString() });
    expect(again).toMatchObject({ status: 200, body: { state: 'connected' } });
    await post(callId, 'ended');
    const stated = (await eventsOf(callId)).filter(({ type }) => type === 'routing.CallConnected');
    expect(stated.map(({ data }) => data['at'])).toEqual([first]);
  });

  it('a notice answered before it connected counts; one that comes after the end does not, and gives no permit', async () => {
    const callId = await decide();
    await accept(callId);
    expect(await say(callId, 'connected', 'ended', 'ended')).toEqual(['connected', 'ended', 'ended']);
    // Answered before the end: told again, it is the same answer, without what it led to then.
    expect(await accept(callId)).toMatchObject({ status: 200, body: { callId, state: 'ended' } });
    expect((await accept(callId)).body).not.toHaveProperty('permit');
    const declined = await post(callId, 'notices', { party: 'callee', result: 'declined' });
    expect(declined).toMatchObject({ status: 409, body: { code: 'call-ended' } });
    expect((await told(callId)).map(([type]) => type)).toEqual([
      'CallDecided',
      'NoticeAnswered',
      'CallConnected',
      'CallEnded',
    ]);
  });

  it('the call itself, asked for again after its end: the answer it had', async () => {
    const body = { callId: 'life-again', facility: 'ME01', caller: '100', dialed: FRIEND };
    const first = await house.ask('POST', '/api/calls', ['dialler'], body);
    await post('life-again', 'ended');
    expect(await house.ask('POST', '/api/calls', ['dialler'], body)).toMatchObject({ status: 200, body: first.body });
  });

  it('of a denied call: refused, each time, and no event', async () => {
    const body = { callId: 'life-refused', facility: 'ME01', caller: '100', dialed: '555-0123' };
    await house.ask('POST', '/api/calls', ['dialler'], body);
    expect(await say('life-refused', 'connected', 'ended', 'accept')).toEqual(Array(3).fill('call-denied'));
    expect((await told('life-refused')).map(([type]) => type)).toEqual(['CallDecided']);
  });

  it('all at once: each step once', async () => {
    const callId = await decide();
    await Promise.all(Array.from({ length: 24 }, (_, n) => post(callId, n % 2 ? 'connected' : 'ended')));
    const types = (await told(callId)).map(([type]) => type);
    expect(types.filter((type) => type === 'CallEnded')).toHaveLength(1);
    expect(types.filter((type) => type === 'CallConnected').length).toBeLessThanOrEqual(1);
    expect(types.at(-1)).toBe('CallEnded');
  });
});

describe('two replicas, one of which is new', () => {
  it('end each call once', async () => {
    const sibling = await house.bootSibling();
    try {
      await until(async () => ((await fetch(`${sibling.url}/health`)).ok ? true : undefined));
      const calls = await Promise.all(
        Array.from({ length: 30 }, (_, n) => decide(FRIEND, n % 2 ? sibling : undefined)),
      );
      const [begun, before] = [performance.now(), await lived()];
      for (const callId of calls) await lapsed(callId);
      // Added up, the two would live twice as fast.
      const passed = performance.now() - begun;
      expect((await lived()) - before).toBeLessThan(passed * 1.25 + 200);
      await pause(500);
      for (const callId of calls) expect(await ends(callId)).toHaveLength(1);
    } finally {
      await sibling.close();
    }
  });
});

describe('after a stop', () => {
  it('what was open ends, though it was decided before the table was there', async () => {
    const [silent, connected, ended] = [await decide(), await decide(), await decide()];
    await post(connected, 'connected');
    await post(ended, 'ended');
    await house.routing.close();
    // As an older version left it: no row, and nothing read.
    const owner = new pg.Client({ connectionString: house.databaseUrl });
    await owner.connect();
    await owner.query('delete from open_call');
    await owner.query('update open_call_reading set position = 0');
    await owner.query('update open_call_clock set lived_ms = 0');
    await owner.end();
    await house.bootRouting();
    expect((await lapsed(silent)).data).toMatchObject({ connected: false, by: 'timeout' });
    expect((await lapsed(connected)).data).toMatchObject({ connected: true, by: 'timeout' });
    await pause(500);
    for (const callId of [silent, connected, ended]) expect(await ends(callId)).toHaveLength(1);
    expect((await ends(ended))[0]?.data).not.toHaveProperty('by');
  });
});
