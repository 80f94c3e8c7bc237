import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { MediaReceipt } from '@privity/client';
import { Processes } from './faults/processes.js';
import type { Victim } from './faults/plan.js';
import { PrivityInstance } from './instance.js';
import { hasJava } from './java.js';
import { type County, countyOf, FRIEND, LATE_LAWYER, LAWYER, recordedAgain, settle } from './outages/county.js';
import { LIMIT_MS } from './outages/duration.js';
import { patiently } from './outages/patience.js';
import { requireWhole } from './outages/whole.js';
import { allEvents, eventually } from './stream.js';

const [FRAME, FRAME_MS] = [Buffer.alloc(160, 0x7f), 20];
/** As a dialler asks that was not answered: often, of whoever the gateway picks. */
const REPEATS = 20;
/** A permit lives for two seconds; one more for whatever else the machine does. */
const PERMIT_MS = 3_000;
/** Default of PRIVITY_STALENESS_MS. */
const STALENESS_MS = 10_000;

// Issue 4: several processes that do one service's work must come to what one would, and the loss of one to nothing.
(hasJava ? describe : describe.skip)('two replicas of routing, registry and recording (needs Java 17 or newer)', () => {
  jest.setTimeout(LIMIT_MS);
  let privity: PrivityInstance;
  let county: County;
  let processes: Processes;

  beforeAll(async () => {
    privity = await PrivityInstance.start({}, { stream: 'kafka', replicas: 2 });
    county = await countyOf(privity);
    processes = new Processes(privity.dataDir);
    await settle(county);
  }, LIMIT_MS);
  afterAll(async () => {
    expect(await privity.stop()).toBe(0);
  }, 120_000);

  const bothOf = async (victim: Victim): Promise<readonly [number, number]> =>
    eventually(`two of ${victim}`, async () => {
      const [one, other, ...more] = processes.of(victim);
      return one !== undefined && other !== undefined && more.length === 0 && ([one, other] as const);
    });
  /** Whoever was killed is back, and has caught up: where one of two is not, the gateway is well all the same. */
  const well = () =>
    eventually(
      'all well',
      async () => {
        const { checks } = (await (await fetch(`${privity.url}/health`)).json()) as { checks: Record<string, string> };
        return Object.values(checks).every((check) => check === 'ok');
      },
      60_000,
    );
  const die = (pid: number) => void process.kill(pid, 'SIGKILL');

  interface Recorded {
    readonly callId: string;
    readonly decision: string;
    readonly permit: string | undefined;
    readonly ended: Promise<MediaReceipt>;
    /** Ends the sound. */
    stop(): void;
  }
  /** A call whose sound goes on until told to stop; resolves when some of it is kept. */
  async function recording(dialed: string): Promise<Recorded> {
    const { telephone, dialler } = county;
    const { answer, permit } = await telephone.dial(dialed);
    let stopped = false;
    async function* speech() {
      for (; !stopped; await sleep(FRAME_MS)) yield FRAME;
    }
    const ended = dialler.calls.media(answer.callId, permit, speech());
    ended.catch(() => undefined);
    await eventually('a recording', async () => (await startedBy(answer.decision)) !== undefined);
    return { callId: answer.callId, decision: answer.decision, permit, ended, stop: () => void (stopped = true) };
  }
  const startedBy = async (decision: string) =>
    (await allEvents(county.auditor, 'recording')).find(
      ({ type, data }) => type === 'recording.RecordingStarted' && data['decision'] === decision,
    );

  /** Where the machine did nothing at all for two seconds the permit ran out, as it must: then another call is tried. */
  async function ranOut(call: Recorded): Promise<boolean> {
    const ended = await Promise.race([call.ended.catch(() => undefined), sleep(0)]);
    if (ended === undefined) return false;
    expect(ended).toMatchObject({ ending: 'permit-lapsed' });
    await county.dialler.calls.ended(call.callId, new Date().toISOString());
    return true;
  }
  async function dieOneAfterTheOther(victim: Victim): Promise<void> {
    for (const pid of await bothOf(victim)) {
      die(pid);
      await sleep(PERMIT_MS);
      await well();
    }
  }
  async function outlivesBoth(): Promise<Recorded | undefined> {
    await well();
    const call = await recording(LATE_LAWYER);
    await dieOneAfterTheOther('routing');
    return (await ranOut(call)) ? undefined : call;
  }
  /** Which of both recorders has which call is the gateway's choice: each dies once. */
  async function diesWithItsRecorder(): Promise<Recorded | undefined> {
    await well();
    const call = await recording(FRIEND);
    await dieOneAfterTheOther('recording');
    return (await ranOut(call)) ? undefined : call;
  }

  it('one call under one id is one decision, whichever is asked, also while one of them dies', async () => {
    const { dialler, auditor } = county;
    const [one] = await bothOf('routing');
    const callId = `same-${process.pid}`;
    const ask = (dialed: string) => dialler.calls.decide({ callId, facility: 'N1', caller: '1000000001', dialed });
    const answers = await Promise.all(
      Array.from({ length: REPEATS }, async (_, n) => {
        if (n === REPEATS / 2) die(one);
        return ask(FRIEND);
      }),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    await expect(ask(LAWYER)).rejects.toMatchObject({ status: 409 });
    const decided = (await allEvents(auditor, 'routing')).filter(
      ({ id, type }) => type === 'routing.CallDecided' && id === answers[0]?.decision,
    );
    expect(decided).toHaveLength(1);
    await dialler.calls.ended(callId, new Date().toISOString());
  });

  it('a recording goes on when the routing that permitted it dies, and stops when its number is protected', async () => {
    const call = (await outlivesBoth()) ?? (await outlivesBoth());
    if (call === undefined) throw new Error('two recordings ended with the routing that permitted them');
    const [registry] = await bothOf('registry');
    die(registry);
    const { protections } = county.registrar;
    // Whoever asks just then is told that it was not answered, and asks again: the other one answers.
    await patiently(PERMIT_MS)(() =>
      protections.protect({ number: LATE_LAWYER, reason: 'attorney', basis: 'told by telephone' }),
    );
    const told = performance.now();
    expect(await call.ended).toMatchObject({ ending: 'permit-revoked' });
    // The word is brought by the other relay, which waits for the dead one's lease; longer than this nobody trusts its silence.
    expect(performance.now() - told).toBeLessThan(STALENESS_MS + 2 * PERMIT_MS);
    await county.dialler.calls.ended(call.callId, new Date().toISOString());
    expect(await county.telephone.call(LATE_LAWYER)).toMatchObject({ recording: 'off' });
  });

  it('what one recorder had when it died is ended by the other, and recorded by neither a second time', async () => {
    const { dialler, auditor, telephone } = county;
    const call = (await diesWithItsRecorder()) ?? (await diesWithItsRecorder());
    if (call === undefined) throw new Error('two recordings ended before the recorder that had them');
    const { callId, decision, permit, ended, stop } = call;
    stop();
    await expect(ended).rejects.toThrow();
    const again = dialler.calls.media(callId, permit, FRAME);
    await expect(again).rejects.toMatchObject({ status: 409, code: 'already-recorded' });
    await dialler.calls.ended(callId, new Date().toISOString());
    const recordingId = (await startedBy(decision))?.data['recording'];
    const completed = await eventually(
      'its end',
      async () =>
        (await allEvents(auditor, 'recording')).filter(
          ({ type, data }) => type === 'recording.RecordingCompleted' && data['recording'] === recordingId,
        )[0],
      120_000,
    );
    expect(completed.data['ending']).toBe('interrupted');
    await recordedAgain(telephone);
  });

  it('in the end every event is in the log once, every call recorded or attested, and no lawyer recorded', async () => {
    const { telephone, auditor } = county;
    const load = telephone.load([FRIEND, LAWYER]);
    for (const victim of ['routing', 'registry', 'recording'] as const) {
      const [one] = await bothOf(victim);
      die(one);
      await sleep(PERMIT_MS);
      await well();
    }
    await recordedAgain(telephone);
    const calls = await load.stop();
    expect(new Set(calls.map(({ outcome }) => outcome))).toEqual(new Set(['connect']));
    expect(calls.filter(({ dialed, recording }) => dialed === LAWYER && recording !== 'off')).toEqual([]);
    await requireWhole(privity, auditor);
  });
});
