import { readdir, readFile, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventStore, parseEnvelope } from '@privity/event-store';
import type { E164 } from '@privity/kernel';
import { numberStream } from '@privity/registry';
import { OutboxFolder } from '../notices/outbox-folder.js';
import { Protecting } from '../protections/protecting.js';
import { Installation } from '../testing/installation.js';
import { concluded } from '../testing/outbox.js';
import { post } from '../testing/requests.js';

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

describe('whether the own number is protected', () => {
  let place: Installation;
  const codes: string[] = [];
  beforeAll(async () => {
    place = await Installation.start();
  }, 60_000);
  afterAll(() => place.stop(), 60_000);

  const ask = async (path: string, body: object, headers: Record<string, string> = {}): Promise<Answer> => {
    const sent = {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    };
    const response = await fetch(`${place.registry.url}/api/protections/check${path}`, sent);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const askForCode = (number: string) => ask('/codes', { number });
  const check = (number: string, code?: string) => ask('', { number, ...(code === undefined ? {} : { code }) });
  const about = (number: string) => numberStream(place.registry.app.get(Protecting).numbers.index(number as E164));
  const callsFolder = () => join(place.outbox, 'calls');
  /** What the telephone edge would call out. */
  const callTo = async (number: string, nth = 1) => {
    await concluded(place, about(number), nth);
    for (const file of (await readdir(callsFolder())).reverse()) {
      const call = JSON.parse(await readFile(join(callsFolder(), file), 'utf8')) as { number: string; say: string };
      const code = call.say.replace(/\D/g, '').slice(0, 6);
      if (call.number === number && !codes.includes(code)) {
        codes.push(code);
        return { ...call, code, file };
      }
    }
    throw new Error('no call was placed');
  };
  const protect = (number: string) =>
    post(place, '/api/protections', { number, reason: 'attorney', basis: 'letter' }, ['registrar']);
  const other = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

  it('is told by the code called out to it, once; protected or not and since when, nothing else', async () => {
    const { body: taken } = await protect('+12125550201');
    const asked = [await askForCode('212-555-0201'), await askForCode('212-555-0202')];
    for (const { status, body } of asked) expect([status, Object.keys(body)]).toEqual([202, ['expires']]);
    const { code, file, ...call } = await callTo('+12125550201');
    expect(call).toEqual({ number: '+12125550201', say: expect.any(String), expires: asked[0]?.body['expires'] });
    expect(((await stat(join(callsFolder(), file))).mode & 0o777).toString(8)).toBe('600');
    expect(await check('(212) 555-0201', code)).toEqual({
      status: 200,
      body: { protected: true, since: taken['since'] },
    });
    const { code: unprotected } = await callTo('+12125550202');
    expect(await check('2125550202', unprotected)).toEqual({ status: 200, body: { protected: false } });
    expect(await check('2125550201', code)).toMatchObject({ status: 403, body: { code: 'not-proven' } });
    const history = await place.registry.app.get(EventStore).readStream(about('+12125550201'));
    const event = parseEnvelope(history.at(-1)?.text ?? '');
    expect(event).toMatchObject({ type: 'registry.ProtectionChecked', data: { protected: true, proven: true } });
    expect(event).not.toHaveProperty('actor');
  }, 60_000);

  it('is told once also to two who ask at the same moment', async () => {
    await askForCode('2125550203');
    const { code } = await callTo('+12125550203');
    const answers = await Promise.all([1, 2, 3, 4].map(() => check('2125550203', code)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403, 403, 403]);
  }, 60_000);

  it('is told to nobody else: a wrong code, one that ran out, another number’s or none are answered alike', async () => {
    await protect('+12125550204');
    for (const number of ['2125550204', '2125550205', '2125550206']) await askForCode(number);
    const right = await callTo('+12125550204');
    const foreign = await callTo('+12125550205');
    const late = await callTo('+12125550206');
    const stream = about('+12125550206').replace(/^number-/, '');
    await place.query('update call_back_code set expires_at = now() where number = $1', [stream]);
    const answers = [
      await check('2125550204', other(right.code)),
      await check('2125550204', 'abc'),
      await check('2125550204', foreign.code === right.code ? other(right.code) : foreign.code),
      await check('2125550206', late.code),
      await check('2125550299', right.code),
    ];
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]).toMatchObject({ status: 403, body: { code: 'not-proven' } });
    expect((await check('2125550204', right.code)).status).toBe(200);
  }, 60_000);

  it.each(['2125550207', '2125550208'])(
    'takes five tries, and three codes an hour, of %s, protected or not',
    async (number) => {
      if (number === '2125550207') await protect(`+1${number}`);
      await askForCode(number);
      const { code } = await callTo(`+1${number}`);
      const wrong = await Promise.all([1, 2, 3, 4, 5].map(() => check(number, other(code))));
      expect(wrong.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
      const tooMany = { status: 429, body: { code: 'too-many-requests' } };
      expect((await check(number, code)).status).toBe(403);
      const more = await Promise.all([1, 2, 3, 4].map(() => askForCode(number)));
      expect(more.map(({ status }) => status).sort()).toEqual([202, 202, 429, 429]);
      expect(more.find(({ status }) => status === 429)).toMatchObject(tooMany);
      // A new code begins anew, and ends the one before.
      expect((await check(number, code)).status).toBe(403);
      const codesKept = 'select 1 from call_back_code where number = $1';
      const index = about(`+1${number}`).replace(/^number-/, '');
      expect(await place.query(codesKept, [index])).toHaveLength(3);
      await place.query(`update call_back_code set asked_at = now() - interval '61 minutes' where number = $1`, [
        index,
      ]);
      expect((await askForCode(number)).status).toBe(202);
      expect(await place.query(codesKept, [index])).toHaveLength(1);
    },
    60_000,
  );

  it('needs a readable number, and says which field is not', async () => {
    for (const answer of [await askForCode('555-0123'), await check('555-0123', '123456')]) {
      expect(answer).toMatchObject({ status: 422, body: { field: 'number' } });
      expect(JSON.stringify(answer.body)).not.toMatch(/0123|123456/);
    }
  });

  it('needs a token where there is no code; one that is sent is looked at, whatever else is', async () => {
    expect(await check('2125550201')).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    await askForCode('2125550209');
    const { code } = await callTo('+12125550209');
    const withToken = async (token: string, body: object) =>
      (await ask('', { number: '2125550209', ...body }, { authorization: `Bearer ${token}` })).status;
    expect(await withToken('a.b.c', { code })).toBe(401);
    expect(await withToken(await place.token('dialler'), { code })).toBe(403);
    expect(await withToken(await place.token('registrar'), { code })).toBe(422);
    expect(await withToken(await place.token('registrar'), {})).toBe(200);
    expect((await check('2125550209', code)).status).toBe(200);
  }, 60_000);

  it('is called out in time or not at all, and its key is gone either way (P10)', async () => {
    await place.query(`alter table outbox_notice alter column next_at set default now() + interval '1 day'`);
    await askForCode('2125550210');
    await place.query('alter table outbox_notice alter column next_at set default now()');
    const waiting = `select * from outbox_notice where about = $1`;
    const [row] = await place.query<{ id: string; sealed: object }>(waiting, [about('+12125550210')]);
    expect(row?.sealed).toEqual({ kid: expect.any(String), iv: expect.any(String), ct: expect.any(String) });
    await place.query('update outbox_notice set expires_at = now(), next_at = now() where id = $1', [row?.id]);
    const [late] = await concluded(place, about('+12125550210'));
    expect(late).toMatchObject({ state: 'failed', problem: 'code-expired', sealed: null });
    expect(await readdir(callsFolder())).not.toContain(`${row?.id}.call.json`);
    const alive = `select 1 from subject_key where subject like 'notice-%' and destroyed_at is null`;
    for (let left = await place.query(alive); left.length > 0;) left = await place.query(alive);
    expect(await place.query(`select 1 from outbox_notice where sealed is not null`)).toEqual([]);
  }, 60_000);

  it('leaves no call lying that nobody placed', async () => {
    const [file = ''] = await readdir(callsFolder());
    const old = new Date(Date.now() - 11 * 60_000);
    await utimes(join(callsFolder(), file), old, old);
    const before = (await readdir(callsFolder())).length;
    await place.registry.app.get(OutboxFolder).sweep();
    expect(await readdir(callsFolder())).toHaveLength(before - 1);
  });

  it('stands in no log, event or table with its number or its code', async () => {
    const events = await place.query<{ event: string }>('select event from event_store.event');
    const tables = [
      await place.query('select * from call_back_code'),
      await place.query('select * from outbox_notice'),
    ];
    const written = place.log.join('') + events.map(({ event }) => event).join('') + JSON.stringify(tables);
    expect(events.length).toBeGreaterThan(10);
    expect(written).not.toMatch(/555-?02\d\d/);
    for (const code of codes) expect(written).not.toContain(`"${code}"`);
  });
});
