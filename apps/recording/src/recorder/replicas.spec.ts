import { request as httpRequest, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { freePort } from '@privity/one-machine';
import { eventually, startService, withPostgres, type ServiceProcess } from '@privity/testing';
import { frames, House } from '../testing/house.js';
import type { CallFacts } from '../testing/routing-stand-in.js';
import { recordingIdOf } from './recorder.js';

const appDir = join(import.meta.dirname, '..', '..');
const CALLS = 6;
jest.setTimeout(60_000);
const postgres = withPostgres();
let house: House;
let one: ServiceProcess;
let two: ServiceProcess;
beforeAll(async () => {
  house = await House.build(postgres);
  const ports = [await freePort(), await freePort()];
  const env = house.env('recording');
  const recording = ports.map((port) => `http://127.0.0.1:${port}`);
  const services = { ...(JSON.parse(env['PRIVITY_SERVICES'] ?? '{}') as object), recording };
  const start = (port = 0) =>
    startService(appDir, { ...env, PRIVITY_SERVICES: JSON.stringify(services), PRIVITY_PORT: String(port) });
  [one, two] = await Promise.all([start(ports[0]), start(ports[1])]);
  // By then each has half of the shards.
  await pause(5_000);
}, 60_000);
afterAll(async () => {
  await Promise.all([one?.dispose(), two?.dispose()]);
  await house?.close();
}, 60_000);

const recorded = ({ call }: CallFacts) => house.events(`recording-${recordingIdOf(call)}`);
const completion = (facts: CallFacts) =>
  eventually(
    async () => (await recorded(facts)).find(({ type }) => type === 'recording.RecordingCompleted'),
    'completed',
  );

/** Calls, as many at each replica, whose sound goes on until somebody stops it. */
async function liveCalls(name: string): Promise<{ facts: CallFacts; answer: Promise<Response> }[]> {
  const calls = await Promise.all(
    Array.from({ length: CALLS }, async (_, n) => {
      const facts = await house.decided(`${name}-${n}`);
      const sound = frames(2_000, 20, () => Buffer.alloc(160, 1));
      const answer = house.post(facts, sound, undefined, { url: (n % 2 === 0 ? one : two).url });
      answer.catch(() => undefined);
      return { facts, answer };
    }),
  );
  for (const { facts } of calls) await eventually(async () => (await recorded(facts)).length > 0, 'begun');
  return calls;
}

describe('two replicas of the recorder', () => {
  // Routing grants every renewal here: nothing but the event can stop these.
  it.each([
    ['routing.PermitRevoked', 'permit-revoked'],
    ['routing.CallEnded', 'ended'],
  ] as const)('stop a recording on %s, whichever makes it and whichever hears of it', async (type, ending) => {
    const calls = await liveCalls(type.slice(-5));
    const said = performance.now();
    await Promise.all(calls.map(({ facts }) => house.says(type, facts)));
    const answers = await Promise.all(calls.map(async ({ answer }) => (await answer).json()));
    expect(performance.now() - said).toBeLessThan(3_000);
    expect(answers.map((answer) => (answer as { ending: string }).ending)).toEqual(Array<string>(CALLS).fill(ending));
  });

  it('stop what is recorded of a number that becomes protected, and seal it', async () => {
    const calls = await liveCalls('late');
    await Promise.all(calls.map(({ facts }) => house.protects(facts.dialed)));
    for (const { facts, answer } of calls) {
      expect(await (await answer).json()).toMatchObject({ ending: 'permit-revoked' });
      const types = (await recorded(facts)).map((event) => event.type);
      expect(types).toContain('recording.RecordingSealed');
    }
  });

  it('cut off whoever listens at either when a recording is sealed', async () => {
    const facts = await house.decided('listened');
    const sound = Buffer.alloc(40_000_000, 3);
    expect((await house.post(facts, sound, undefined, { url: one.url })).status).toBe(201);
    const headers = { authorization: `Bearer ${await house.token('ines', 'investigator')}` };
    const listen = async ({ url }: ServiceProcess): Promise<IncomingMessage> => {
      const asked = await fetch(`${one.url}/api/recordings/${recordingIdOf(facts.call)}/playbacks`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ purpose: 'inquiry' }),
      });
      const { playbackId } = (await asked.json()) as { playbackId: string };
      return new Promise((resolve, reject) => {
        httpRequest(`${url}/api/playbacks/${playbackId}/audio`, { headers }, resolve).on('error', reject).end();
      });
    };
    const heard = await Promise.all([listen(one), listen(two)]);
    expect(heard.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    const cut = heard.map((response) => {
      response.once('readable', () => response.read(1));
      response.on('error', () => undefined);
      return new Promise((resolve) => response.once('close', resolve));
    });
    await house.protects(facts.dialed);
    await eventually(
      async () => (await recorded(facts)).some(({ type }) => type === 'recording.RecordingSealed'),
      'sealed',
    );
    await pause(750);
    for (const response of heard) response.resume();
    await Promise.all(cut);
    expect(heard.map(({ complete }) => complete)).toEqual([false, false]);
  });

  it('leave each other alone while they live, and end what the other leaves when it dies', async () => {
    const calls = await liveCalls('death');
    // Long enough for each to have judged the other, had it wanted to.
    await pause(7_000);
    for (const { facts } of calls) expect((await recorded(facts)).map(({ type }) => type)).toHaveLength(1);
    await one.kill();
    const died = performance.now();
    const left = calls.filter((_, n) => n % 2 === 0);
    for (const { facts } of left)
      expect((await completion(facts)).data).toMatchObject({ ending: 'interrupted', bytes: 0 });
    expect(performance.now() - died).toBeLessThan(10_000);
    const living = calls.filter((_, n) => n % 2 === 1);
    for (const { facts } of living) expect(await recorded(facts)).toHaveLength(1);
    for (const { facts } of calls) await house.says('routing.CallEnded', facts);
    for (const { answer } of living) expect(await (await answer).json()).toMatchObject({ ending: 'ended' });
    const token = await house.token('olga', 'operator');
    const check = await fetch(`${two.url}/api/recordings/checks`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await check.json()).toMatchObject({ mismatches: [] });
    expect((await house.mediaFiles()).filter((file) => !file.endsWith('.pvm'))).toEqual([]);
    expect(await house.halts()).toEqual([]);
  });
});
