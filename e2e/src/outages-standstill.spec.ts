import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ProblemError } from '@privity/client';
import { Processes } from './faults/processes.js';
import { PrivityInstance } from './instance.js';
import { hasJava } from './java.js';
import { type County, countyOf, FRIEND, LATE_LAWYER, LAWYER, recordedAgain, settle } from './outages/county.js';
import { LIMIT_MS, long } from './outages/duration.js';
import { backendsOf, standingStill, until } from './outages/standstill.js';
import type { MadeCall } from './outages/telephone.js';
import { requireWhole } from './outages/whole.js';
import { allEvents, eventually } from './stream.js';

const STALENESS_MS = 4_000;
/** How long something stands still, where nothing has to be waited for. */
const STILL_MS = long ? 60_000 : 4_000;
/** Longer than the gateway waits for the answer to a command. */
const COMMAND_LIMIT_MS = 10_000;
const [FRAME, FRAME_MS] = [Buffer.alloc(160, 0x7f), 20];

const seen = (calls: readonly MadeCall[], dialed: string) => calls.filter((call) => call.dialed === dialed);
const why = (calls: readonly MadeCall[]) => [...new Set(calls.flatMap(({ reasons = [] }) => reasons))].sort();

// Issue 4: what hangs is worse than what dies, since nobody is told. One instance, every process in turn, under load.
(hasJava ? describe : describe.skip)('a process that stands still, over Kafka (needs Java 17 or newer)', () => {
  jest.setTimeout(LIMIT_MS);
  let privity: PrivityInstance;
  let county: County;
  let processes: Processes;
  const pidsOf = (name: Parameters<Processes['of']>[0]) => {
    const pids = processes.of(name);
    if (pids.length === 0) throw new Error(`${name} does not run`);
    return pids;
  };

  beforeAll(async () => {
    privity = await PrivityInstance.start({ PRIVITY_STALENESS_MS: String(STALENESS_MS) }, { stream: 'kafka' });
    county = await countyOf(privity);
    processes = new Processes(privity.dataDir);
    await settle(county);
  }, LIMIT_MS);
  afterAll(async () => {
    expect(await privity.stop()).toBe(0);
  }, 120_000);

  it('broker: recording goes on while the registry has nothing new, and stops once it has something that cannot be heard', async () => {
    const { telephone, registrar } = county;
    const load = telephone.load([FRIEND, LATE_LAWYER, LAWYER]);
    let learntAt = 0;
    let backAt = 0;
    await standingStill(pidsOf('kafka'), async () => {
      const begun = performance.now();
      await until(begun, STALENESS_MS + 1_000);
      // The heartbeat, which does not come through the broker, says that nothing was missed.
      expect(await telephone.call(FRIEND)).toMatchObject({ outcome: 'connect', receipt: { ending: 'ended' } });
      await registrar.protections.protect({ number: LATE_LAWYER, reason: 'attorney', basis: 'told by telephone' });
      learntAt = Date.now();
      await until(begun, Math.max(STILL_MS, STALENESS_MS + 1_000 + STALENESS_MS + 4_000));
      backAt = Date.now();
    });
    await recordedAgain(telephone);
    const calls = await load.stop();
    expect(new Set(calls.map(({ outcome }) => outcome))).toEqual(new Set(['connect']));
    const unheard = calls.filter(({ begunAt }) => begunAt > learntAt + STALENESS_MS && begunAt < backAt - 1_000);
    for (const number of [FRIEND, LATE_LAWYER, LAWYER]) {
      expect(seen(unheard, number).length).toBeGreaterThan(0);
      expect(seen(unheard, number).filter(({ recording }) => recording !== 'off')).toEqual([]);
      expect(why(seen(unheard, number))).toContain('registry-stale');
    }
    // Now it was heard.
    const late = await telephone.call(LATE_LAWYER);
    expect(late).toMatchObject({ outcome: 'connect', recording: 'off' });
    expect(late.reasons).toContain('number-protected');
    expect(seen(telephone.made, LAWYER).filter(({ receipt }) => receipt !== undefined)).toEqual([]);
    expect(await requireWhole(privity, county.auditor)).toMatchObject({ recorded: expect.any(Number) });
  });

  it('broker killed: calls go on while it is started again, and what was decided meanwhile arrives', async () => {
    const { telephone } = county;
    const [first] = pidsOf('kafka');
    const load = telephone.load([FRIEND, LAWYER]);
    process.kill(first as number, 'SIGKILL');
    const killedAt = Date.now();
    const begun = performance.now();
    await eventually(
      'another broker',
      () => {
        const [pid] = processes.of('kafka');
        return Promise.resolve(pid !== undefined && pid !== first);
      },
      120_000,
    );
    await until(begun, STILL_MS);
    await recordedAgain(telephone);
    const calls = (await load.stop()).filter(({ begunAt }) => begunAt > killedAt);
    expect(calls.length).toBeGreaterThan(0);
    expect(new Set(calls.map(({ outcome }) => outcome))).toEqual(new Set(['connect']));
    expect(seen(calls, LAWYER).filter(({ recording }) => recording !== 'off')).toEqual([]);
  });

  it('recorder: keeps nothing that arrives after its permit died with it', async () => {
    const { telephone, dialler } = county;
    const { answer, permit } = await telephone.dial(FRIEND);
    let sent = 0;
    async function* speech() {
      for (const end = performance.now() + 2_000 + STILL_MS; performance.now() < end; await sleep(FRAME_MS)) {
        sent += FRAME.length;
        yield FRAME;
      }
    }
    const media = dialler.calls.media(answer.callId, permit, speech());
    await sleep(2_000);
    let before = 0;
    await standingStill(pidsOf('recording'), async () => {
      before = sent;
      await sleep(STILL_MS);
      expect(sent).toBeGreaterThan(before + 160);
    });
    const receipt = await media;
    expect(receipt.ending).toBe('permit-lapsed');
    expect(receipt.bytes).toBeGreaterThan(0);
    expect(receipt.bytes).toBeLessThanOrEqual(before + FRAME.length);
    await telephone.hangUp(answer);
  });

  it('registry: nothing is recorded while it says nothing, and its lawyers stay protected', async () => {
    const { telephone } = county;
    const load = telephone.load([FRIEND, LAWYER]);
    let silentAt = 0;
    await standingStill(pidsOf('registry'), async () => {
      silentAt = Date.now();
      await sleep(Math.max(STILL_MS, STALENESS_MS + 4_000));
      const call = await telephone.call(FRIEND);
      expect(call).toMatchObject({ outcome: 'connect', recording: 'off' });
      expect(call.reasons).toContain('registry-stale');
    });
    await recordedAgain(telephone);
    const calls = (await load.stop()).filter(({ begunAt }) => begunAt > silentAt);
    expect(seen(calls, LAWYER).filter(({ recording }) => recording !== 'off')).toEqual([]);
  });

  it('audit and gateway: what they missed is logged, who waited is answered', async () => {
    const { telephone } = county;
    const load = telephone.load([FRIEND, LAWYER]);
    const made = telephone.made.length;
    await standingStill(pidsOf('audit'), () => sleep(STILL_MS));
    expect(telephone.made.length).toBeGreaterThan(made);
    await standingStill(pidsOf('gateway'), () => sleep(STILL_MS));
    await recordedAgain(telephone);
    await load.stop();
  });

  it('routing: a dialler is told so within seconds, and gets the same answer when it asks again', async () => {
    const { telephone, registrar } = county;
    const load = telephone.load([FRIEND, LAWYER]);
    const once = { callId: `once-${process.pid}`, facility: 'N1', caller: '1000000001', dialed: FRIEND };
    const direct = await privity.as('edge', 'dialler', 'auditor');
    await standingStill(pidsOf('routing'), async () => {
      const asked = performance.now();
      const refused: unknown = await direct.calls.decide(once).catch((error: unknown) => error);
      expect(performance.now() - asked).toBeLessThan(COMMAND_LIMIT_MS + 10_000);
      expect(refused).toBeInstanceOf(ProblemError);
      expect([503, 504]).toContain((refused as ProblemError).status);
      await until(asked, Math.max(STILL_MS, COMMAND_LIMIT_MS));
      // Others go on.
      await registrar.protections.check(LAWYER);
    });
    const answer = await eventually('an answer', () => direct.calls.decide(once).catch(() => undefined));
    expect(await direct.calls.decide(once)).toEqual(answer);
    await telephone.hangUp(answer);
    await recordedAgain(telephone);
    await load.stop();
  });

  it('PostgreSQL: the processes that serve routing, then the one that lets in', async () => {
    const { telephone } = county;
    const [postmaster] = pidsOf('postgres') as [number];
    const load = telephone.load([FRIEND, LAWYER]);
    const backends = backendsOf(postmaster, 'privity_routing');
    expect(backends.length).toBeGreaterThan(0);
    const direct = await privity.as('edge', 'dialler');
    const call = { callId: `held-${process.pid}`, facility: 'N1', caller: '1000000001', dialed: LAWYER };
    await standingStill(backends, async () => {
      const refused: unknown = await direct.calls.decide(call).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(ProblemError);
      expect([503, 504]).toContain((refused as ProblemError).status);
    });
    const answer = await eventually('an answer', () => direct.calls.decide(call).catch(() => undefined), 60_000);
    expect(answer).toMatchObject({ outcome: 'connect', recording: 'off' });
    await telephone.hangUp(answer);
    await standingStill([postmaster], () => sleep(STILL_MS));
    await recordedAgain(telephone);
    await load.stop();
  });

  it('in the end every event is in the log once, every call recorded or attested, and no lawyer recorded', async () => {
    const { telephone, auditor } = county;
    const { recorded, attested } = await requireWhole(privity, auditor);
    expect(recorded).toBeGreaterThan(0);
    expect(attested).toBeGreaterThan(0);
    expect(seen(telephone.made, LAWYER).filter(({ receipt }) => receipt !== undefined)).toEqual([]);
    const media = await privity.media();
    const begun = (await allEvents(auditor, 'recording')).filter(({ type }) => type === 'recording.RecordingStarted');
    const decisions = new Set(begun.map(({ data }) => data['decision']));
    for (const { receipt, refusal, callId, decision } of telephone.made) {
      const kept = media.some((name) => name.includes(`/${callId}.`));
      expect([callId, kept]).toEqual([callId, decisions.has(decision)]);
      // Of a first attempt that was kept, the answer may have come too late for the gateway.
      if (refusal !== 'already-recorded') expect([callId, kept]).toEqual([callId, receipt !== undefined]);
    }
  });
});
