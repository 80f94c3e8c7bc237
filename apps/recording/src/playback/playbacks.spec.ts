import { request as httpRequest, type IncomingMessage } from 'node:http';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { uuidv7 } from '@privity/kernel';
import type { Role } from '@privity/service';
import { eventually, withPostgres } from '@privity/testing';
import { recordingIdOf } from '../recorder/recorder.js';
import { frames, House } from '../testing/house.js';
import { type CallFacts, indexOf } from '../testing/routing-stand-in.js';

jest.setTimeout(60_000);
const postgres = withPostgres();
let house: House;
beforeAll(async () => {
  house = await House.build(postgres);
  await house.boot();
}, 60_000);
afterAll(() => house?.close(), 60_000);

const sound = (bytes: number, seed = 7): Buffer => {
  const out = Buffer.alloc(bytes);
  for (let i = 0; i < bytes; i += 1) out[i] = (i * seed + (i >> 9)) & 0xff;
  return out;
};

async function call(person: string, role: Role, method: string, path: string, body?: unknown, range?: string) {
  const headers: Record<string, string> = { authorization: `Bearer ${await house.token(person, role)}` };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (range !== undefined) headers['range'] = range;
  const init: RequestInit = { method, headers };
  if (body !== undefined) init.body = JSON.stringify(body);
  return fetch(`${house.url}${path}`, init);
}

const ask = (recording: string, person = 'ines', role: Role = 'investigator') =>
  call(person, role, 'POST', `/api/recordings/${recording}/playbacks`, { purpose: 'inquiry', caseNumber: '24-17' });
const hear = (playback: string, person = 'ines', range?: string) =>
  call(person, 'investigator', 'GET', `/api/playbacks/${playback}/audio`, undefined, range);
const playbackOf = async (answer: Response) => ((await answer.json()) as { playbackId: string }).playbackId;
const events = (recording: string, type: string) =>
  house.events(`recording-${recording}`).then((all) => all.filter((event) => event.type === `recording.${type}`));

async function record(callId: string, plain: Buffer): Promise<{ facts: CallFacts; recording: string }> {
  const facts = await house.decided(callId);
  expect((await house.post(facts, plain)).status).toBe(201);
  return { facts, recording: recordingIdOf(facts.call) };
}

describe('a playback', () => {
  it('is granted as an event, gives the very sound, and tells what was heard', async () => {
    const plain = sound(160_000);
    const { recording } = await record('P-1', plain);
    const answer = await ask(recording);
    expect(answer.status).toBe(201);
    const playback = await playbackOf(answer);
    const [granted] = await events(recording, 'PlaybackGranted');
    expect(granted).toMatchObject({
      actor: 'ines',
      data: { recording, playback, purpose: 'inquiry', caseNumber: '24-17' },
    });

    const audio = await hear(playback);
    expect([audio.status, audio.headers.get('content-type')]).toEqual([200, 'audio/basic']);
    expect(audio.headers.get('cache-control')).toBe('no-store');
    expect(Buffer.from(await audio.arrayBuffer()).equals(plain)).toBe(true);
    const heard = await eventually(async () => {
      const found = await events(recording, 'PlaybackHeard');
      return found.length > 0 && found;
    }, 'heard');
    expect(heard[0]).toMatchObject({ actor: 'ines', data: { playback, ranges: [[0, 20]] } });
  });

  it('serves ranges across chunks, and reports each', async () => {
    const plain = sound(160_000);
    const { recording } = await record('P-2', plain);
    const playback = await playbackOf(await ask(recording));
    const part = await hear(playback, 'ines', 'bytes=64000-79999');
    expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 64000-79999/160000']);
    expect(Buffer.from(await part.arrayBuffer()).equals(plain.subarray(64_000, 80_000))).toBe(true);
    const outside = await hear(playback, 'ines', 'bytes=160000-');
    expect([outside.status, outside.headers.get('content-range')]).toEqual([416, 'bytes */160000']);
    await eventually(async () => (await events(recording, 'PlaybackHeard')).length === 1, 'heard');
    expect((await events(recording, 'PlaybackHeard'))[0]?.data).toMatchObject({ ranges: [[8, 10]] });
  });

  it('is refused to other roles, as an event', async () => {
    const { recording } = await record('P-3', sound(1_600));
    for (const role of ['dialler', 'operator', 'auditor', 'attorney', 'service'] as const) {
      expect((await ask(recording, 'otto', role)).status).toBe(403);
    }
    const refused = await events(recording, 'PlaybackRefused');
    expect(refused.map(({ actor, data }) => [actor, (data as { reason: string }).reason])).toEqual(
      Array.from({ length: 5 }, () => ['otto', 'role']),
    );
    expect(await events(recording, 'PlaybackGranted')).toEqual([]);
  });

  it('belongs to the person it was granted to', async () => {
    const { recording } = await record('P-4', sound(1_600));
    const playback = await playbackOf(await ask(recording));
    const stolen = await hear(playback, 'ivan');
    expect(stolen.status).toBe(404);
    expect((await events(recording, 'PlaybackRefused'))[0]).toMatchObject({
      actor: 'ivan',
      data: { reason: 'other-person' },
    });
    expect((await hear(playback)).status).toBe(200);
  });

  it('is not answered before the grant is durable', async () => {
    const { recording } = await record('P-6', sound(160));
    let answer: Promise<Response> | undefined;
    let answered = false;
    await house.whileNothingCanBeAppended(async () => {
      answer = ask(recording).finally(() => (answered = true));
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(answered).toBe(false);
    });
    expect((await answer)?.status).toBe(201);
  });

  it('of what cannot be a recording is refused to all who ask at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? ask(`guess-${n}`) : hear(`guess-${n}`))),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]));
    expect(await events('unknown', 'PlaybackRefused')).toHaveLength(40);
  });

  it('needs a purpose', async () => {
    const { recording } = await record('P-5', sound(160));
    const answer = await call('ines', 'investigator', 'POST', `/api/recordings/${recording}/playbacks`, {});
    expect([answer.status, ((await answer.json()) as { field: string }).field]).toEqual([422, 'purpose']);
  });
});

describe('what was recorded of a number that is protected later', () => {
  const sealed = (recording: string) =>
    eventually(async () => (await events(recording, 'RecordingSealed')).length > 0, 'sealed');

  it('is sealed, and from then on answers exactly as what never was', async () => {
    const { facts, recording } = await record('Q-1', sound(16_000));
    const playback = await playbackOf(await ask(recording));
    await house.protects(facts.dialed);
    await sealed(recording);
    await eventually(
      async () => (await call('ines', 'investigator', 'GET', `/api/recordings/${recording}`)).status === 404,
      'gone',
    );

    const never = uuidv7();
    for (const path of ['', '/playbacks'] as const) {
      const method = path === '' ? 'GET' : 'POST';
      const body = path === '' ? undefined : { purpose: 'inquiry' };
      const [one, other] = await Promise.all(
        [recording, never].map((id) => call('ines', 'investigator', method, `/api/recordings/${id}${path}`, body)),
      );
      expect(one?.status).toBe(404);
      expect(other?.status).toBe(404);
      expect(await one?.text()).toBe(await other?.text());
      const named = (answer: Response | undefined) => [...(answer?.headers.keys() ?? [])].sort();
      expect(named(one)).toEqual(named(other));
    }
    const [granted, unknown] = [await hear(playback), await hear(uuidv7())];
    expect([granted.status, await granted.text()]).toEqual([unknown.status, await unknown.text()]);
    expect((await ask(recording, 'petra', 'privacy-officer')).status).toBe(404);
    expect((await events(recording, 'PlaybackRefused')).map(({ data }) => (data as { reason: string }).reason)).toEqual(
      ['sealed', 'sealed', 'sealed'],
    );
    expect((await events(never, 'PlaybackRefused')).map(({ data }) => (data as { reason: string }).reason)).toEqual([
      'not-found',
    ]);
    const list = await call('ines', 'investigator', 'GET', '/api/recordings?call=Q-1');
    expect(await list.json()).toEqual({ recordings: [] });
  });

  it('is sealed also when the protection was first, or comes twice', async () => {
    const facts = await house.decided('Q-2');
    await house.protects(facts.dialed);
    await house.protects(facts.dialed);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await house.post(facts, sound(160));
    await sealed(recordingIdOf(facts.call));
    await house.protects(facts.dialed);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await events(recordingIdOf(facts.call), 'RecordingSealed')).toHaveLength(1);
  });

  it('stays sealed when two people end the protection; what is recorded from then on is not, until it is protected again', async () => {
    const numberOf = async (callId: string, dialed?: string) => {
      const facts = await house.decided(callId);
      return { ...facts, ...(dialed === undefined ? {} : { dialed }) };
    };
    const first = await numberOf('E-1');
    const recordedAs = async (callId: string) => {
      const facts = await numberOf(callId, first.dialed);
      expect((await house.post(facts, sound(160))).status).toBe(201);
      return recordingIdOf(facts.call);
    };
    const before = await recordedAs('E-2');
    await house.protects(first.dialed);
    await sealed(before);
    await house.endsProtection(first.dialed, 1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await sealed(await recordedAs('E-3'));
    const stood = new Date().toISOString();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await house.endsProtection(first.dialed);
    await new Promise((resolve) => setTimeout(resolve, 300));
    // Heard of only now: it began while the protection stood.
    const recording = uuidv7();
    const begun = { ...first, recording, call: 'call-late' };
    const event = { type: 'recording.RecordingStarted', data: begun, time: stood };
    await house.storeOf('recording').append(`recording-${recording}`, 'no stream', [event]);
    await sealed(recording);
    const after = await recordedAs('E-4');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await events(after, 'RecordingSealed')).toEqual([]);
    expect((await call('ines', 'investigator', 'GET', `/api/recordings/${before}`)).status).toBe(404);
    await house.protects(first.dialed);
    await sealed(after);
  });

  it('is sealed when the person who called is protected, unless it ended before that day (P8, T4)', async () => {
    const one = async (callId: string, caller: string) => {
      const facts = await house.decided(callId, 'connect', indexOf(caller));
      expect((await house.post(facts, sound(160))).status).toBe(201);
      return recordingIdOf(facts.call);
    };
    const reasons = async (recording: string) =>
      (await events(recording, 'RecordingSealed')).map(({ data }) => (data as { reason: string }).reason);
    const [earlier, other] = [await one('P-old', 'cara'), await one('P-other', 'dora')];
    await new Promise((resolve) => setTimeout(resolve, 300));
    const since = new Date().toISOString();
    const later = await one('P-new', 'cara');
    await house.protectsCaller(indexOf('cara'), since);
    await sealed(later);
    const next = await one('P-next', 'cara');
    await sealed(next);
    expect(await Promise.all([earlier, other, later, next].map(reasons))).toEqual([
      [],
      [],
      ['caller-protected'],
      ['caller-protected'],
    ]);
    await house.protectsCaller(indexOf('cara'), '2020-01-01T00:00:00.000Z');
    await sealed(earlier);
  });

  it('is sealed also when it was under way at the moment from which the person is protected, and over since (P8, T4)', async () => {
    const facts = await house.decided('P-under-way', 'connect', indexOf('elsa'));
    const answer = house.post(
      facts,
      frames(40, 20, () => sound(160)),
    );
    await new Promise((resolve) => setTimeout(resolve, 400));
    const since = new Date().toISOString();
    expect((await answer).status).toBe(201);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await house.protectsCaller(indexOf('elsa'), since);
    await sealed(recordingIdOf(facts.call));
  });

  it('is not heard by somebody who was let in just before the seal', async () => {
    const { facts, recording } = await record('Q-4', sound(16_000));
    const playback = await playbackOf(await ask(recording));
    let hearing: Promise<Response> | undefined;
    await house.whileNoKeyCanBeRead(async () => {
      hearing = hear(playback);
      await new Promise((resolve) => setTimeout(resolve, 300));
      await house.protects(facts.dialed);
      await sealed(recording);
      await new Promise((resolve) => setTimeout(resolve, 200));
    });
    const answer = await hearing;
    expect([answer?.status, await answer?.text()]).toEqual([404, await (await hear(uuidv7())).text()]);
    expect(await events(recording, 'PlaybackHeard')).toEqual([]);
  });

  /** Somebody who has heard the first byte of a long recording, and when he is cut off. */
  const listener = async (recording: string) => {
    const playback = await playbackOf(await ask(recording));
    const token = await house.token('ines', 'investigator');
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}` };
      httpRequest(`${house.url}/api/playbacks/${playback}/audio`, { headers }, resolve).on('error', reject).end();
    });
    response.once('readable', () => response.read(1));
    const closed = new Promise<number>((resolve) => response.once('close', () => resolve(performance.now())));
    response.on('error', () => undefined);
    return { response, closed };
  };

  it('is cut off also when the store takes too long to say whether it was sealed', async () => {
    const { recording } = await record('Q-slow', sound(40_000_000));
    const { response, closed } = await listener(recording);
    await house.whileNothingCanBeRead(async () => {
      const begun = performance.now();
      setTimeout(() => response.resume(), 1_250);
      expect((await closed) - begun).toBeLessThan(2_000);
    });
    expect(response.complete).toBe(false);
  }, 60_000);

  it('is cut off while somebody listens, and what they heard is kept', async () => {
    const { facts, recording } = await record('Q-3', sound(40_000_000));
    const { response, closed } = await listener(recording);
    await house.protects(facts.dialed);
    await sealed(recording);
    const begun = performance.now();
    response.resume();
    expect((await closed) - begun).toBeLessThan(1_000);
    expect(response.complete).toBe(false);
    const heard = await eventually(async () => {
      const found = await events(recording, 'PlaybackHeard');
      return found.length > 0 && found;
    }, 'heard');
    const last = (heard.at(-1)?.data as { ranges: [number, number][] }).ranges.at(-1)?.[1] ?? 0;
    expect(last).toBeGreaterThan(0);
    expect(last).toBeLessThan(5_000);
  }, 60_000);
});

describe('a search', () => {
  it('is for listeners and operators, leaves an event, and finds by call and facility', async () => {
    const { facts, recording } = await record('Z-1', sound(16_000));
    const found = await eventually(async () => {
      const answer = await call('olga', 'operator', 'GET', '/api/recordings?call=Z-1');
      const { recordings } = (await answer.json()) as { recordings: { state: string }[] };
      return recordings[0]?.state === 'completed' && recordings;
    }, 'found');
    expect(found).toMatchObject([
      { id: recording, callId: 'Z-1', facility: facts.facility, seconds: 2, bytes: 16_000 },
    ]);
    expect(JSON.stringify(found)).not.toContain(facts.dialed);
    expect((await call('ana', 'attorney', 'GET', '/api/recordings?call=Z-1')).status).toBe(403);
    expect((await call('olga', 'operator', 'GET', '/api/recordings?from=yesterday')).status).toBe(422);
    const stored = await house.everythingStored();
    expect(/recording\.RecordingsSearched.*"actor":"olga".*"outcome":"answered","results":1/.test(stored)).toBe(true);
    expect(/recording\.RecordingsSearched.*"actor":"ana".*"outcome":"refused-role","results":0/.test(stored)).toBe(
      true,
    );
  });

  it('pages newest first without gaps', async () => {
    for (const n of [1, 2, 3]) await record(`Y-${n}`, sound(160));
    await eventually(
      async () =>
        ((await (await call('o', 'operator', 'GET', '/api/recordings?call=Y-3')).json()) as { recordings: [] })
          .recordings.length > 0,
      'projected',
    );
    const seen: string[] = [];
    for (let next: string | undefined = ''; next !== undefined;) {
      const after = next === '' ? '' : `&after=${next}`;
      const answer = await call('o', 'operator', 'GET', `/api/recordings?limit=2${after}`);
      const page = (await answer.json()) as { recordings: { callId: string }[]; next?: string };
      seen.push(...page.recordings.map(({ callId }) => callId));
      next = page.next;
    }
    expect(seen.slice(0, 3)).toEqual(['Y-3', 'Y-2', 'Y-1']);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('takes no recording for a place in the list, and keeps its place when that recording is sealed', async () => {
    const [older, newer] = [await record('X-1', sound(160)), await record('X-2', sound(160))];
    const list = async (query: string) => {
      const answer = await call('ines', 'investigator', 'GET', `/api/recordings?${query}`);
      const body = (await answer.json()) as { recordings?: { id: string }[]; next?: string; field?: string };
      return { status: answer.status, ids: body.recordings?.map(({ id }) => id) ?? [], ...body };
    };
    const first = await eventually(async () => {
      const page = await list('limit=1');
      return page.ids[0] === newer.recording && page;
    }, 'projected');
    await house.protects(newer.facts.dialed);
    await eventually(async () => (await list('limit=1')).ids[0] === older.recording, 'sealed');
    expect((await list(`limit=1&after=${first.next}`)).ids).toEqual([older.recording]);
    // Known before it was sealed: it must not answer otherwise than an id that never was.
    expect(await list(`after=${newer.recording}`)).toMatchObject({ status: 422, field: 'after' });
    expect(await list(`after=${uuidv7()}`)).toMatchObject({ status: 422, field: 'after' });
  });
});

describe('a check of the media', () => {
  const check = async () => {
    const answer = await call('olga', 'operator', 'POST', '/api/recordings/checks');
    expect(answer.status).toBe(201);
    return (await answer.json()) as { objects: number; bytes: number; mismatches: string[] };
  };

  it('decrypts every object, finds the altered, the missing and the stray, and says so in an event', async () => {
    const [altered, missing, swapped, other] = await Promise.all(
      ['K-1', 'K-2', 'K-3', 'K-4'].map((id) => record(id, sound(16_000))),
    );
    const before = await check();
    expect(before.mismatches).toEqual([]);
    expect(before.objects).toBe((await house.mediaFiles()).length);

    const path = async (of: { recording: string } | undefined) =>
      (await house.mediaFiles()).find((file) => file.includes(of?.recording ?? '?')) ?? '';
    const object = await readFile(await path(altered));
    object[5_000] = (object[5_000] ?? 0) ^ 1;
    await writeFile(await path(altered), object);
    await rm(await path(missing));
    await writeFile(await path(swapped), await readFile(await path(other)));
    await mkdir(join(house.mediaDir, 'zz', 'elsewhere'), { recursive: true });
    await writeFile(join(house.mediaDir, 'zz', 'elsewhere', 'x.wav'), 'RIFF');

    const after = await check();
    expect(after.mismatches.sort()).toEqual(
      [altered?.recording, missing?.recording, swapped?.recording, 'stray:elsewhere/x.wav'].sort(),
    );
    expect(after.bytes).toBe(before.bytes - 3 * 16_000);
    expect(/recording\.MediaChecked.*stray:elsewhere/.test(await house.everythingStored())).toBe(true);
    expect((await hear(await playbackOf(await ask(altered?.recording ?? '')))).status).toBe(500);
  });

  it('is for operators and auditors', async () => {
    expect((await call('ines', 'investigator', 'POST', '/api/recordings/checks')).status).toBe(403);
  });
});

describe('the service', () => {
  it('has stopped on no event', async () => {
    expect(await house.halts()).toEqual([]);
  });
});
