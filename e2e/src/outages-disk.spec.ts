import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type PrivityClient, ProblemError } from '@privity/client';
import { SmallDisk } from '@privity/event-stream/contract';
import { PrivityInstance } from './instance.js';
import { type County, countyOf, FRIEND, LAWYER, recordedAgain, settle } from './outages/county.js';
import { LIMIT_MS, long } from './outages/duration.js';
import { requireWhole } from './outages/whole.js';
import { allEvents, eventually } from './stream.js';

const FULL_MS = long ? 60_000 : 8_000;
const MEBIBYTE = 1_048_576;

// Issue 4: one instance, whose media folder and whose database each lie on a small disk of their own.
(SmallDisk.allowed ? describe : describe.skip)(
  'a disk that is full (needs Linux and root, to mount a small one)',
  () => {
    jest.setTimeout(LIMIT_MS);
    let dataDir: string;
    let media: SmallDisk;
    let store: SmallDisk;
    let privity: PrivityInstance;
    let county: County;
    /** Repeats nothing. */
    let direct: PrivityClient;

    beforeAll(async () => {
      dataDir = await mkdtemp(join(tmpdir(), 'privity-disk-'));
      media = new SmallDisk(join(dataDir, 'media'), 16);
      store = new SmallDisk(join(dataDir, 'postgres'), 400);
      privity = await PrivityInstance.start({}, { dataDir, stream: 'feed' });
      county = await countyOf(privity);
      direct = await privity.as('edge', 'dialler', 'auditor');
      await settle(county);
    }, LIMIT_MS);
    afterAll(async () => {
      try {
        expect(await privity?.end()).toBe(0);
      } finally {
        // Whatever did not begin or did not end: nothing stays mounted on this machine.
        media?.unmount();
        store?.unmount();
        await rm(dataDir, { recursive: true, force: true });
      }
    }, 120_000);

    const completed = (recording: string) =>
      eventually(
        'the end of a recording',
        async () =>
          (await allEvents(county.auditor, 'recording')).find(
            ({ type, data }) => type === 'recording.RecordingCompleted' && data['recording'] === recording,
          ),
        120_000,
      );

    it("the media folder's, in the middle of a recording: the dialler is told, the call goes on, what was kept is ended when there is room", async () => {
      const { telephone, auditor } = county;
      const { answer, permit } = await telephone.dial(FRIEND);
      async function* speech() {
        // As much as fits, and then some; a call's sound is written as it comes.
        await media.fill(MEBIBYTE);
        for (let n = 0; n < 40; n += 1, await sleep(10)) yield Buffer.alloc(MEBIBYTE / 16, 0x7f);
      }
      const told: unknown = await direct.calls.media(answer.callId, permit, speech()).catch((error: unknown) => error);
      expect(told).toBeInstanceOf(ProblemError);
      expect(told).toMatchObject({ status: 503, code: 'media-store-failed' });
      await telephone.hangUp(answer);
      // A call that begins now connects as well; not a byte of it is kept.
      const begun = await telephone.dial(FRIEND);
      await expect(
        direct.calls.media(begun.answer.callId, begun.permit, Buffer.alloc(MEBIBYTE, 0x7f)),
      ).rejects.toMatchObject({ status: 503, code: 'media-store-failed' });
      await telephone.hangUp(begun.answer);
      expect(await telephone.call(LAWYER)).toMatchObject({ outcome: 'connect', recording: 'off' });

      await media.free();
      const freed = performance.now();
      await recordedAgain(telephone);
      expect(performance.now() - freed).toBeLessThan(30_000);
      const started = (await allEvents(auditor, 'recording')).filter(
        ({ type, data }) =>
          type === 'recording.RecordingStarted' &&
          [answer.decision, begun.answer.decision].includes(String(data['decision'])),
      );
      expect(started).toHaveLength(2);
      for (const { data } of started) {
        expect((await completed(String(data['recording']))).data).toMatchObject({ ending: 'interrupted' });
      }
      expect((await privity.media()).filter((name) => name.endsWith('.part'))).toEqual([]);
      const { mismatches, objects } = await auditor.recordings.check();
      expect(mismatches.filter((name) => !name.startsWith('stray:'))).toEqual([]);
      expect(objects).toBeGreaterThanOrEqual(3);
    });

    it("the database's: nobody is told what is not so, nothing that was answered is lost, and all goes on when there is room", async () => {
      const { telephone, auditor } = county;
      const load = telephone.load([FRIEND, LAWYER], 4);
      const answered: string[] = [];
      const refused: unknown[] = [];
      await sleep(1_000);
      await store.fill();
      for (const end = Date.now() + FULL_MS; Date.now() < end;) {
        const callId = `full-${process.pid}-${answered.length + refused.length}`;
        try {
          const { decision } = await direct.calls.decide({
            callId,
            facility: 'N1',
            caller: '1000000001',
            dialed: LAWYER,
          });
          answered.push(decision);
          await direct.calls.ended(callId, new Date().toISOString());
        } catch (error) {
          refused.push(error);
        }
        // What a checkpoint gives back is taken as well.
        await store.fill();
      }
      expect(refused.length).toBeGreaterThan(0);
      for (const error of refused) {
        expect(error).toBeInstanceOf(ProblemError);
        expect([502, 503, 504]).toContain((error as ProblemError).status);
      }
      await store.free();
      await recordedAgain(telephone);
      const calls = await load.stop();
      expect(calls.filter(({ dialed, receipt }) => dialed === LAWYER && receipt !== undefined)).toEqual([]);
      for (let n = 0; n < answered.length + refused.length; n += 1) {
        const callId = `full-${process.pid}-${n}`;
        const asked = { callId, facility: 'N1', caller: '1000000001', dialed: LAWYER };
        const { outcome } = await county.dialler.calls.decide(asked);
        expect(outcome).toBe('connect');
        await county.dialler.calls.ended(callId, new Date().toISOString());
      }
      const decided = new Set((await allEvents(auditor, 'routing')).map(({ id }) => id));
      expect([...answered, ...calls.map(({ decision }) => decision)].filter((id) => !decided.has(id))).toEqual([]);
      await requireWhole(privity, auditor);
      await eventually('health', async () => (await fetch(`${privity.url}/health`)).status === 200);
    });
  },
);
