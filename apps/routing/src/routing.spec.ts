import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventStore } from '@privity/event-store';
import { HEARTBEAT_TYP, ProtectionView } from '@privity/registry';
import { replayDecisions } from '@privity/routing';
import { withPostgres } from '@privity/testing';
import type { CallAnswer } from './calls/call-answer.js';
import { CallBook } from './calls/call-book.js';
import { House, until } from './testing/house.js';
import { temper } from './testing/registry-stand-in.js';

const postgres = withPostgres();
let house: House;

const FACILITIES = 'SITE,NAME,STATE,TYPE,ADP,TIMEZONE\nME01,García County Jail,ME,county jail,74,America/New_York\n';
const ROSTER =
  'DOC_NUM,LAST,FIRST,DOB,SITE,STATUS\r\n100,"Begay, Jr.",José,11/28/1981,ME01,IN\r\n200,O\'Neil,Ana,04/27/1992,ME02,IN\r\n';
const ALLOWED =
  'DOC_NUM,PHONE,RELATION,STATUS\n100,(212) 555-0101,FRIEND,APPROVED\n100,212-555-0102,SPOUSE,PENDING\n' +
  '100,212.555.0103,FRIEND,APPROVED\n200,2125550104,LEGAL,PENDING\n100,555-0123,FRIEND,APPROVED\n';
const POLICY = {
  allowedList: 'required',
  presence: 'noted',
  recording: 'permitted',
  notices: [{ party: 'callee', language: 'en', acceptance: 'required' }],
  maxSeconds: 3600,
};

const FRIEND = '2125550101';
const PENDING = '2125550102';
const LATE = '2125550103';
const LEGAL = '2125550104';
const LAWYER = '2125550105';
const HOTLINE = '2125550106';
const WITHDRAWN = '2125550111';

let count = 0;
const freshId = () => `call-${(count += 1)}`;
const dial = (dialed: string, more: Record<string, unknown> = {}) =>
  house.ask<CallAnswer>('POST', '/api/calls', ['dialler', 'operator'], {
    callId: freshId(),
    facility: 'ME01',
    caller: '100',
    dialed,
    ...more,
  });
const post = <T>(callId: string, what: string, body: unknown) =>
  house.ask<T & Record<string, unknown>>('POST', `/api/calls/${callId}/${what}`, ['dialler'], body);
const accept = (callId: string) =>
  post<{ permit?: string }>(callId, 'notices', { party: 'callee', result: 'accepted' });
const renew = (permit: unknown) =>
  house.ask<{ permit?: string; code?: string }>('POST', '/internal/permits/renewals', ['service'], { permit });
const now = () => new Date().toISOString();
/** What routing said of its view of the registry, in order: one replica has one stream. */
const verdicts = async () =>
  (await Promise.all([...Array(12).keys()].map((shard) => house.store.readShard(shard, 0, 10_000))))
    .flat()
    .map(({ text }) => JSON.parse(text) as { type: string; data: { from: string; to: string } })
    .filter(({ type }) => type === 'routing.RegistryVerdictChanged')
    .map(({ data: { from, to } }) => `${from} ${to}`);
const typesOf = async (callId: string) => {
  const { body } = await house.ask<{ events: { type: string }[] }>('GET', `/api/calls/${callId}`, ['auditor']);
  return body.events.map(({ type }) => type.replace('routing.', ''));
};

beforeAll(async () => {
  house = await House.start(postgres);
  await house.protect(LAWYER);
  await house.protect(HOTLINE, 'hotline');
  await until(async () => ((await fetch(`${house.routing.url}/health`)).ok ? true : undefined));
  await house.import('facilities', FACILITIES);
  await house.import('roster', ROSTER);
  await house.import('allowed-numbers', ALLOWED);
  await house.ask('PUT', '/api/facilities/ME01/policy', ['operator'], POLICY);
  await until(async () => ((await dial(FRIEND)).body.recording === 'after-notice' ? true : undefined));
  await until(async () => ((await verdicts()).length > 0 ? true : undefined));
}, 60_000);
afterAll(() => house.stop());

describe('imports', () => {
  it('name rejected lines, and the same file changes nothing', async () => {
    const again = await house.import('allowed-numbers', ALLOWED);
    expect(again).toMatchObject({ state: 'applied', rows: 5, added: 4, unchanged: 0, rejectedCount: 1 });
    expect(again['rejected']).toEqual([{ line: 6, field: 'PHONE', reason: 'too-short' }]);
  });

  it('add only what differs from the directory', async () => {
    const before = await house.store.heads();
    expect(await house.import('allowed-numbers', `${ALLOWED}200,2125550199,FRIEND,DENIED\n`)).toMatchObject({
      added: 1,
      unchanged: 4,
    });
    expect(await house.import('roster', `${ROSTER}\r\n`)).toMatchObject({ added: 0, unchanged: 2 });
    expect(await house.import('facilities', `${FACILITIES}\n`)).toMatchObject({ added: 0, unchanged: 1 });
    const after = await house.store.heads();
    const added = after.reduce((sum, { position }, i) => sum + position - (before[i]?.position ?? 0), 0);
    // The one entry, and what says that three files were read.
    expect(added).toBe(4);
  });

  it('see a corrected name without opening what is sealed', async () => {
    expect(await house.import('roster', ROSTER.replace('José', 'Josué'))).toMatchObject({ added: 1, unchanged: 1 });
  });

  it('tell once of everybody who was listed before bookings were matched', async () => {
    // As an older version left it: the digest of the person alone.
    const { Pool } = (await import('pg')).default;
    await house.routing.app.get(Pool).query(`update roster_person set digest = 'of the person alone'`);
    expect(await house.import('roster', `${ROSTER}\r\n\r\n`)).toMatchObject({ added: 2, unchanged: 0 });
    expect(await house.import('roster', `${ROSTER}\r\n\r\n\r\n`)).toMatchObject({ added: 0, unchanged: 2 });
  });

  it('take movements of people on the roster, each once', async () => {
    const csv =
      'DOC_NUM,FROM_SITE,TO_SITE,MOVE_DT\n100,ME02,ME01,06/14/2025\n100,ME02,ME01,06/14/2025\n' +
      '100,ME01,ME01,06/15/2025\n999,ME01,ME02,06/15/2025\n100,ME01,ME02,02/30/2025\n';
    expect(await house.import('movements', csv)).toMatchObject({
      added: 1,
      unchanged: 1,
      rejected: [
        { line: 4, field: 'TO_SITE', reason: 'same-facility' },
        { line: 5, field: 'DOC_NUM', reason: 'not-on-roster' },
        { line: 6, field: 'MOVE_DT', reason: 'not-a-date' },
      ],
    });
  });

  it('leave no lawyer recordable because the rest of a line cannot be read (P2)', async () => {
    const csv = `DOC_NUM,PHONE,RELATION,STATUS\n100,${WITHDRAWN},Attorney,WITHDRAWN\n100,2125550112,FRIEND,WITHDRAWN\n`;
    const rejected = [2, 3].map((line) => ({ line, field: 'STATUS', reason: 'not-a-status' }));
    expect(await house.import('allowed-numbers', csv)).toMatchObject({ rows: 2, added: 1, rejected });
    expect((await dial(WITHDRAWN)).body).toMatchObject({ outcome: 'connect', reasons: ['legal-relation-listed'] });
    expect((await dial('2125550112')).body).toMatchObject({ outcome: 'deny' });
  });

  it('fail as a whole when a column is missing, naming it', async () => {
    expect(await house.import('roster', 'DOC_NUM,LAST\n1,2\n')).toMatchObject({
      state: 'failed',
      problem: { code: 'csv-column-missing', field: 'FIRST' },
    });
  });
});

describe('a policy', () => {
  it('names the field that is wrong', async () => {
    const put = (policy: unknown, facility = 'ME01') =>
      house.ask('PUT', `/api/facilities/${facility}/policy`, ['operator'], policy);
    expect(await put({ ...POLICY, presence: 'sometimes' })).toMatchObject({ status: 422, body: { field: 'presence' } });
    expect(await put({ ...POLICY, notices: [] })).toMatchObject({ status: 422, body: { field: 'notices' } });
    expect(await put(POLICY, 'XX99')).toMatchObject({ status: 404, body: { code: 'facility-unknown' } });
    expect(await put(POLICY)).toMatchObject({ status: 200, body: { version: 1 } });
    const refused = await house.ask('PUT', '/api/facilities/ME01/policy', ['dialler'], POLICY);
    expect(refused.status).toBe(403);
  });
});

describe('a call', () => {
  it.each([
    ['a friend on the list', FRIEND, 'connect', 'after-notice', []],
    ['the same number in other spelling', '+1 (212) 555-0101', 'connect', 'after-notice', []],
    ['a number that waits for approval', PENDING, 'deny', 'off', ['not-on-allowed-list']],
    ['a number nobody listed', '2125550177', 'deny', 'off', ['not-on-allowed-list']],
    ['seven digits', '555-0123', 'deny', 'off', ['invalid-number']],
    ['a lawyer whom nobody listed', LAWYER, 'connect', 'off', ['number-protected']],
    ["a number on somebody's list as LEGAL", LEGAL, 'connect', 'off', ['legal-relation-listed']],
    ['a hotline', HOTLINE, 'connect', 'off', ['hotline']],
  ])('to %s', async (_, dialed, outcome, recording, reasons) => {
    expect(await dial(dialed)).toMatchObject({ status: 201, body: { outcome, recording, reasons } });
  });

  it('gives the same answer again, and refuses other content under its id', async () => {
    const callId = freshId();
    const first = await dial(FRIEND, { callId });
    const again = await dial(FRIEND, { callId });
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toEqual(first.body);
    expect(await dial(PENDING, { callId })).toMatchObject({ status: 409, body: { field: 'callId' } });
    expect(await dial(FRIEND, { callId, caller: '200' })).toMatchObject({ status: 409 });
    expect((await dial(FRIEND, { callId })).body).toEqual(first.body);
  });

  it('is compared with its decision once the fingerprint is gone', async () => {
    const callId = freshId();
    const first = await dial(FRIEND, { callId });
    await house.routing.app.get((await import('pg')).default.Pool).query('delete from call_fingerprint');
    expect(await dial(PENDING, { callId })).toMatchObject({ status: 409 });
    expect(await dial(FRIEND, { callId })).toMatchObject({ status: 200, body: first.body });
  });

  it('is decided once when twenty ask at the same time', async () => {
    const callId = freshId();
    const answers = await Promise.all(Array.from({ length: 20 }, () => dial(FRIEND, { callId })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  });

  it('of two clients may have one id', async () => {
    const call = { callId: freshId(), facility: 'ME01', caller: '100', dialed: FRIEND };
    const statuses = ['one', 'two'].map(async (client) => {
      return (await house.ask('POST', '/api/calls', ['dialler'], call, { client })).status;
    });
    expect(await Promise.all(statuses)).toEqual([201, 201]);
  });

  it('tells a dialler the same whatever keeps it unrecorded', async () => {
    const asDialler = async (dialed: string) => {
      const call = { callId: freshId(), facility: 'ME01', caller: '100', dialed };
      const { body } = await house.ask<CallAnswer>('POST', '/api/calls', ['dialler'], call);
      return { ...body, callId: 'any', decision: 'any' };
    };
    expect(await asDialler(LAWYER)).toEqual(await asDialler(HOTLINE));
    expect(await asDialler(LAWYER)).toEqual(await asDialler(LEGAL));
    expect(await asDialler(LAWYER)).toMatchObject({ recording: 'off', reasons: [], notices: [], maxSeconds: 3600 });
    expect(await asDialler(PENDING)).toMatchObject({ outcome: 'deny', reasons: [] });
  });

  it('is validated: field, clock, facility of the token', async () => {
    expect(await dial(FRIEND, { callId: '../x' })).toMatchObject({ status: 422, body: { field: 'callId' } });
    expect(await dial(FRIEND, { caller: undefined })).toMatchObject({ status: 422, body: { field: 'caller' } });
    expect(await dial(FRIEND, { surprise: 1 })).toMatchObject({ status: 422, body: { field: 'surprise' } });
    const at = '2025-11-02T05:30:00Z';
    expect(await dial(FRIEND, { at })).toMatchObject({ status: 422, body: { field: 'at' } });
    const call = { callId: freshId(), facility: 'ME01', caller: '100', dialed: FRIEND, at };
    expect((await house.ask('POST', '/api/calls', ['dialler', 'simulate'], call)).status).toBe(201);
    const elsewhere = { ...call, callId: freshId() };
    const bound = await house.ask('POST', '/api/calls', ['dialler', 'simulate'], elsewhere, { facility: 'ME02' });
    expect(bound.status).toBe(403);
  });

  it('does not exist for a token of another facility', async () => {
    const callId = freshId();
    await dial(FRIEND, { callId });
    const bound = (facility: string) => ({
      read: () => house.ask('GET', `/api/calls/${callId}`, ['supervisor'], undefined, { facility }),
      accept: () =>
        house.ask(
          'POST',
          `/api/calls/${callId}/notices`,
          ['dialler'],
          { party: 'callee', result: 'accepted' },
          { facility },
        ),
      end: () => house.ask('POST', `/api/calls/${callId}/ended`, ['dialler'], { at: now() }, { facility }),
    });
    const never = await house.ask('GET', '/api/calls/never', ['supervisor'], undefined, { facility: 'ME02' });
    for (const attempt of Object.values(bound('ME02'))) {
      expect(await attempt()).toMatchObject({ status: 404, body: never.body });
    }
    expect(await typesOf(callId)).toEqual(['CallDecided']);
    for (const attempt of Object.values(bound('ME01'))) expect((await attempt()).status).toBe(200);
  });

  it('that is private answers a supervisor like one that never was, also where that was learnt later (P12)', async () => {
    const read = (callId: string, role: 'supervisor' | 'privacy-officer') =>
      house.ask('GET', `/api/calls/${callId}`, [role]);
    const dialedAs = async (dialed: string) => {
      const callId = freshId();
      await dial(dialed, { callId });
      return callId;
    };
    const never = await read('never', 'supervisor');
    expect(never.status).toBe(404);
    for (const dialed of [LAWYER, HOTLINE, LEGAL]) {
      const callId = await dialedAs(dialed);
      expect(await read(callId, 'supervisor')).toMatchObject({ status: 404, body: never.body });
      expect((await read(callId, 'privacy-officer')).status).toBe(200);
    }
    const before = await dialedAs('2125550113');
    expect((await read(before, 'supervisor')).status).toBe(200);
    await house.protect('2125550113');
    await until(async () => ((await read(before, 'supervisor')).status === 404 ? true : undefined));
    expect((await read(before, 'privacy-officer')).status).toBe(200);
  });

  it('of a protected person is unrecorded and private, with whomever, and no leave to call anybody (T4)', async () => {
    const callId = freshId();
    const before = await dial(FRIEND, { callId, caller: '300' });
    expect(before.body.reasons).not.toContain('caller-protected');
    await house.protectCaller('300');
    await until(async () =>
      (await dial(FRIEND, { caller: '300' })).body.reasons.includes('caller-protected') ? true : undefined,
    );
    expect((await dial('2125550199', { caller: '300' })).body).toMatchObject({
      outcome: 'deny',
      reasons: expect.arrayContaining(['not-on-allowed-list', 'caller-protected']),
    });
    expect((await dial(FRIEND)).body.reasons).not.toContain('caller-protected');
    expect((await house.ask('GET', `/api/calls/${callId}`, ['supervisor'])).status).toBe(404);
    expect((await house.ask('GET', `/api/calls/${callId}`, ['privacy-officer'])).status).toBe(200);
  });

  it('to a hotline leaves no caller anywhere, and needs none (P11)', async () => {
    const secret = 'caller-of-the-hotline';
    const callId = freshId();
    expect((await dial(HOTLINE, { callId, caller: secret })).status).toBe(201);
    expect((await dial(HOTLINE, { callId, caller: 'somebody else' })).status).toBe(200);
    expect((await dial(HOTLINE, { caller: undefined })).status).toBe(201);
    const events = (
      await Promise.all([...Array(12).keys()].map((shard) => house.store.readShard(shard, 0, 10_000)))
    ).flat();
    const kept = [...events.map(({ text }) => text), ...house.log].join('\n');
    expect(kept).not.toContain(secret);
    expect(kept).not.toContain(house.callerIndex(secret));
  });

  it('goes through its life, each step once', async () => {
    const callId = freshId();
    await dial(FRIEND, { callId });
    expect(await post(callId, 'connected', { at: now() })).toMatchObject({ status: 200, body: { state: 'connected' } });
    await post(callId, 'connected', { at: now() });
    await post(callId, 'ended', { at: now() });
    expect(await post(callId, 'ended', { at: now() })).toMatchObject({ status: 200, body: { state: 'ended' } });
    expect(await accept(callId)).toMatchObject({ status: 409, body: { code: 'call-ended' } });
    expect(await typesOf(callId)).toEqual(['CallDecided', 'CallConnected', 'CallEnded']);
    expect(await post('nobody', 'ended', { at: now() })).toMatchObject({ status: 404 });
  });
});

describe('a call that another replica went on with', () => {
  const elsewhere = async (type: string, data: object) => {
    const callId = freshId();
    await dial(FRIEND, { callId });
    const stream = house.routing.app.get(CallBook).streamOf('privity', callId);
    await house.store.append(stream, 1, [{ type, data }]);
    return callId;
  };

  it('stays ended', async () => {
    const callId = await elsewhere('routing.CallEnded', { at: now(), connected: false });
    expect(await accept(callId)).toMatchObject({ status: 409, body: { code: 'call-ended' } });
    expect(await post(callId, 'ended', { at: now() })).toMatchObject({ status: 200, body: { state: 'ended' } });
    expect(await typesOf(callId)).toEqual(['CallDecided', 'CallEnded']);
  });

  it('gets no permit that was revoked there (P1)', async () => {
    const callId = await elsewhere('routing.PermitRevoked', { reasons: [] });
    for (const attempt of [1, 2]) {
      const { status, body } = await accept(callId);
      expect([attempt, status, body.permit]).toEqual([attempt, 200, undefined]);
    }
  });

  it('gets no permit again that was revoked there after it was given here (P1)', async () => {
    const callId = freshId();
    await dial(FRIEND, { callId });
    expect((await accept(callId)).body.permit).toBeDefined();
    const stream = house.routing.app.get(CallBook).streamOf('privity', callId);
    await house.store.append(stream, 2, [{ type: 'routing.PermitRevoked', data: { reasons: [] } }]);
    const { status, body } = await accept(callId);
    expect([status, body.permit]).toEqual([200, undefined]);
  });

  it('is not connected or ended twice', async () => {
    const callId = await elsewhere('routing.CallConnected', { at: now() });
    for (const step of ['connected', 'ended', 'ended', 'connected']) {
      expect((await post(callId, step, { at: now() })).status).toBe(200);
    }
    expect(await typesOf(callId)).toEqual(['CallDecided', 'CallConnected', 'CallEnded']);
  });
});

describe('a permit', () => {
  const permitOf = async (dialed: string) => {
    const callId = freshId();
    await dial(dialed, { callId });
    return { callId, permit: (await accept(callId)).body.permit };
  };

  it('comes with the acceptance, is renewed without an event, and ends with the call', async () => {
    const { callId, permit } = await permitOf(FRIEND);
    expect(permit).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    const renewed = await renew(permit);
    expect(renewed.status).toBe(200);
    expect((await renew(renewed.body.permit)).status).toBe(200);
    expect(await typesOf(callId)).toEqual(['CallDecided', 'NoticeAnswered']);
    await post(callId, 'ended', { at: now() });
    expect(await renew(permit)).toMatchObject({ status: 403, body: { code: 'call-ended' } });
  });

  it('never comes with a refusal, nor for an unrecorded call (P1)', async () => {
    const callId = freshId();
    await dial(FRIEND, { callId });
    const declined = await post(callId, 'notices', { party: 'callee', result: 'declined' });
    expect(declined.body).not.toHaveProperty('permit');
    expect((await accept(callId)).body).not.toHaveProperty('permit');
    const lawyer = freshId();
    await dial(LAWYER, { callId: lawyer });
    expect(await accept(lawyer)).toMatchObject({ status: 409 });
  });

  it('ends when a party declines after all', async () => {
    const { callId, permit } = await permitOf(FRIEND);
    await post(callId, 'notices', { party: 'callee', result: 'declined' });
    expect((await renew(permit)).status).toBe(403);
    expect(await typesOf(callId)).toEqual(['CallDecided', 'NoticeAnswered', 'NoticeAnswered', 'PermitRevoked']);
  });

  it('is revoked within a second when the number becomes protected', async () => {
    const { callId, permit } = await permitOf(LATE);
    expect((await renew(permit)).status).toBe(200);
    const protectedAt = performance.now();
    await house.protect(LATE);
    await until(async () => ((await renew(permit)).status === 403 ? true : undefined));
    expect(performance.now() - protectedAt).toBeLessThan(1_000);
    expect((await typesOf(callId)).at(-1)).toBe('PermitRevoked');
    expect(await renew(permit)).toMatchObject({ status: 403, body: { code: 'permit-revoked' } });
  });

  it('is not forged, and not renewed for whoever is no service', async () => {
    const { permit = '' } = await permitOf(FRIEND);
    const [head, , signature] = permit.split('.');
    const claims = Buffer.from(JSON.stringify({ call: 'call-x', callId: 'x', decision: 'x' })).toString('base64url');
    expect(await renew(`${head}.${claims}.${signature}`)).toMatchObject({
      status: 403,
      body: { code: 'permit-invalid' },
    });
    const { status } = await house.ask('POST', '/internal/permits/renewals', ['operator'], { permit });
    expect(status).toBe(403);
  });
});

describe('a registry that cannot be believed (P3)', () => {
  const reasonsOf = async (dialed: string) => (await dial(dialed)).body;

  it('that is silent: calls connect unrecorded, live permits end, and all is well when it is back', async () => {
    const callId = freshId();
    await dial(FRIEND, { callId });
    const { permit } = (await accept(callId)).body;
    temper.answers = false;
    const stale = await until(async () => {
      const answer = await reasonsOf(FRIEND);
      return answer.recording === 'off' ? answer : undefined;
    });
    expect(stale).toMatchObject({ outcome: 'connect', reasons: ['registry-stale'] });
    expect(await reasonsOf(LAWYER)).toMatchObject({ outcome: 'connect', recording: 'off' });
    expect((await renew(permit)).status).toBe(403);
    temper.answers = true;
    await until(async () => ((await reasonsOf(FRIEND)).recording === 'after-notice' ? true : undefined));
  }, 20_000);

  it('whose last answer somebody gives again and again: unrecorded, since it is none to what was asked', async () => {
    temper.repeats = true;
    const stale = await until(async () => {
      const answer = await reasonsOf(FRIEND);
      return answer.recording === 'off' ? answer : undefined;
    });
    expect(stale).toMatchObject({ outcome: 'connect', reasons: ['registry-stale'] });
    temper.repeats = false;
    await until(async () => ((await reasonsOf(FRIEND)).recording === 'after-notice' ? true : undefined));
  }, 20_000);

  it('that signs something else in place of a heartbeat, though all its figures agree: unrecorded', async () => {
    temper.typ = 'privity-registry-certificate';
    const stale = await until(async () => {
      const answer = await reasonsOf(FRIEND);
      return answer.recording === 'off' ? answer : undefined;
    });
    expect(stale).toMatchObject({ outcome: 'connect', reasons: ['registry-stale'] });
    temper.typ = HEARTBEAT_TYP;
    await until(async () => ((await reasonsOf(FRIEND)).recording === 'after-notice' ? true : undefined));
  }, 20_000);

  it('that counts otherwise: unrecorded until both agree', async () => {
    temper.extraCount = 1;
    const mismatch = await until(async () => {
      const answer = await reasonsOf(FRIEND);
      return answer.recording === 'off' ? answer : undefined;
    });
    expect(mismatch).toMatchObject({ outcome: 'connect', reasons: ['registry-digest-mismatch'] });
    temper.extraCount = 0;
    await until(async () => ((await reasonsOf(FRIEND)).recording === 'after-notice' ? true : undefined));
  }, 20_000);

  it('is told of each time, also while nobody calls (P3)', async () => {
    const told = await until(async () => {
      const all = await verdicts();
      return all.at(-1) === 'mismatch fresh' ? all : undefined;
    });
    expect(told[0]).toBe('stale fresh');
    expect(new Set(told)).toEqual(new Set(['stale fresh', 'fresh stale', 'fresh mismatch', 'mismatch fresh']));
    // Each begins where the one before ended.
    for (const [n, verdict] of told.slice(1).entries()) expect(verdict.split(' ')[0]).toBe(told[n]?.split(' ')[1]);
  });
});

describe('starting again', () => {
  it('answers no call before its views are complete, then decides as before', async () => {
    const interrupted = crypto.randomUUID();
    await house.routing.app
      .get((await import('pg')).default.Pool)
      .query(`insert into directory_import (id, kind, digest, state) values ($1, 'roster', '', 'reading')`, [
        interrupted,
      ]);
    await house.routing.close();
    await house.registry.close();
    await house.bootRouting();
    // As after a crash: nobody reads that file any more, and whoever waits for it must learn so.
    // A live sibling might read it, though: not before a lease would be over.
    const told = house.ask('GET', `/api/routing/imports/${interrupted}`, ['operator']);
    expect((await told).body).toMatchObject({ state: 'reading' });
    const early = await dial(LAWYER);
    expect(early).toMatchObject({ status: 503, body: { code: 'views-behind' } });
    expect(early.headers.get('retry-after')).toBe('1');
    const ended = await until(async () => {
      const { body } = await house.ask('GET', `/api/routing/imports/${interrupted}`, ['operator']);
      return body['state'] === 'failed' ? body : undefined;
    });
    expect(ended).toMatchObject({ problem: { code: 'import-interrupted' } });
    await house.bootRegistry();
    await until(async () => ((await fetch(`${house.routing.url}/health`)).ok ? true : undefined));
    expect(await dial(LAWYER)).toMatchObject({ body: { reasons: expect.arrayContaining(['number-protected']) } });
    await until(async () => ((await dial(FRIEND)).body.recording === 'after-notice' ? true : undefined));
  }, 60_000);
});

describe('replay', () => {
  it('derives every decision of this file again from both stores (P7)', async () => {
    const texts: string[] = [];
    for (const store of [house.store, house.registry.app.get(EventStore)]) {
      for (const { shard, position } of await store.heads()) {
        texts.push(...(await store.readShard(shard, 0, position)).map(({ text }) => text));
      }
    }
    const decisions = texts.filter((text) => text.includes('"type":"routing.CallDecided"')).length;
    const history = new ProtectionView(house.viewDigestKey, Infinity);
    expect(await replayDecisions(texts, history)).toEqual({ replayed: decisions, mismatches: [] });
    expect(decisions).toBeGreaterThan(50);
  });
});
