import { createHash } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventually, startService, withPostgres, type ServiceProcess } from '@privity/testing';
import { frames, House } from '../testing/house.js';
import type { CallFacts } from '../testing/routing-stand-in.js';
import { recordingIdOf } from './recorder.js';

const appDir = join(import.meta.dirname, '..', '..');
jest.setTimeout(60_000);
const postgres = withPostgres();
let house: House;
let service: ServiceProcess;
beforeAll(async () => {
  house = await House.build(postgres);
  service = await startService(appDir, house.env('recording'));
}, 60_000);
afterAll(async () => {
  await service?.dispose();
  await house?.close();
}, 60_000);

const MARK = 'PLAINTEXT-BEFORE-THE-CRASH-';
const sound = (bytes: number): Buffer =>
  Buffer.from(MARK.repeat(Math.ceil(bytes / MARK.length)).slice(0, bytes), 'latin1');
const recorded = ({ call }: CallFacts) => house.events(`recording-${recordingIdOf(call)}`);
const filesOf = async ({ callId }: CallFacts) =>
  (await house.mediaFiles()).filter((file) => file.includes(`/${callId}.`));

/** A process that died counts as dead after five seconds. */
const completion = (facts: CallFacts) =>
  eventually(
    async () => (await recorded(facts)).find(({ type }) => type === 'recording.RecordingCompleted'),
    'completed',
  );

/** A call that sends much at once and then goes on for long. */
async function* longCall(bytes: number): AsyncGenerator<Uint8Array> {
  yield sound(bytes);
  yield* frames(1_000, 20, () => sound(160));
}

/** A call whose stream id looks like that: the stand-in's ids follow from the call id. */
async function decidedLike(form: RegExp): Promise<CallFacts> {
  for (let n = 0; ; n += 1) {
    const callId = `D-${form.source.length}-${n}`;
    if (form.test(`call-${createHash('sha256').update(callId).digest('base64url')}`)) return house.decided(callId);
  }
}

async function check(): Promise<{ objects: number; bytes: number; mismatches: string[] }> {
  const headers = { authorization: `Bearer ${await house.token('olga', 'operator')}` };
  const answer = await fetch(`${house.url}/api/recordings/checks`, { method: 'POST', headers });
  return (await answer.json()) as { objects: number; bytes: number; mismatches: string[] };
}

describe('a recorder that is killed in mid-call', () => {
  it('leaves a truncated recording that the next process completes as interrupted, and calls that never began as unrecorded', async () => {
    const long = await house.decided('D-1');
    const short = await house.decided('D-2');
    const answers = [house.post(long, longCall(200_000)), house.post(short, longCall(160))];
    for (const answer of answers) answer.catch(() => undefined);
    for (const facts of [long, short]) {
      await eventually(async () => (await filesOf(facts)).length === 1, 'begun');
    }
    await pause(700);
    expect((await filesOf(long))[0]).toMatch(/\.pvm\.part$/);
    process.kill(service.pid, 'SIGKILL');
    await service.exited;
    await Promise.allSettled(answers);
    expect((await house.mediaBytes()).includes(MARK)).toBe(false);
    await house.says('routing.CallEnded', long);
    await house.says('routing.CallEnded', short);
    const never = await house.decided('D-3');
    await house.says('routing.CallEnded', never);

    await service.dispose();
    service = await startService(appDir, house.env('recording'));
    const endings = await Promise.all([long, short].map(completion));
    expect(endings.map((event) => event.data)).toMatchObject([
      { ending: 'interrupted', bytes: 3 * 65_536 },
      { ending: 'interrupted', bytes: 0 },
    ]);
    expect((await house.mediaFiles()).filter((file) => !file.endsWith('.pvm'))).toEqual([]);
    expect(await check()).toEqual({ objects: 2, bytes: 3 * 65_536, mismatches: [] });

    await eventually(async () => (await house.events(`media-${never.call}`)).length === 1, 'attested');
    await pause(300);
    for (const facts of [long, short]) expect(await house.events(`media-${facts.call}`)).toEqual([]);
  }, 60_000);

  it('leaves one that cannot be ended, and all others are ended all the same', async () => {
    // Ended in the order of their streams: the one that cannot be comes first.
    const [broken, whole] = [await decidedLike(/^call-\d/), await decidedLike(/^call-[b-z]/)];
    for (const facts of [broken, whole]) house.post(facts, longCall(160)).catch(() => undefined);
    for (const facts of [broken, whole]) await eventually(async () => (await filesOf(facts)).length === 1, 'begun');
    process.kill(service.pid, 'SIGKILL');
    await service.exited;
    const [part = ''] = await filesOf(broken);
    await rename(part, part.replace(/\.part$/, ''));

    await service.dispose();
    service = await startService(appDir, house.env('recording'));
    await completion(whole);
    expect((await recorded(broken)).at(-1)).toMatchObject({ type: 'recording.RecordingStarted' });
  }, 60_000);

  it('ends what it could not end when the store was away as soon as the store is back', async () => {
    const facts = await house.decided('D-5');
    // Ends while nothing can be appended.
    const answer = house.post(
      facts,
      frames(100, 20, () => sound(160)),
    );
    await eventually(async () => (await filesOf(facts)).length === 1, 'begun');
    await house.whileStoreIsAway(async () => {
      expect((await answer).status).toBeGreaterThanOrEqual(500);
    });
    const back = performance.now();
    await completion(facts);
    expect(performance.now() - back).toBeLessThan(10_000);
    expect((await filesOf(facts))[0]).toMatch(/\.pvm$/);
  }, 60_000);

  it('ends its recordings properly when it is asked to stop', async () => {
    const facts = await house.decided('D-4');
    const answer = house.post(facts, longCall(8_000));
    answer.catch(() => undefined);
    await eventually(async () => (await filesOf(facts)).length === 1, 'begun');
    await pause(500);
    await service.kill('SIGTERM');
    const last = (await recorded(facts)).at(-1);
    expect(last).toMatchObject({ type: 'recording.RecordingCompleted', data: { ending: 'interrupted' } });
    expect((last?.data as { bytes: number }).bytes).toBeGreaterThan(8_000);
    expect((await filesOf(facts))[0]).toMatch(/\.pvm$/);
  }, 60_000);
});
