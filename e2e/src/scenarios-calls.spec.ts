import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { PrivityClient } from '@privity/client';
import { audio, BELA, FRIEND, Jail, SLOW_LAWYER, untilStopped } from './jail.js';
import { importList } from './lists.js';
import { onEachStream } from './streams.js';
import { allEvents, eventually, type StoredEvent } from './stream.js';

const ROLL_LAWYER = '212-555-0110';
const HOTLINE = '212-555-0116';
const RING_MS = 5_000;

// What happens in a call, on both streams.
onEachStream('scenarios of calls', (stream) => {
  let jail: Jail;
  let approver: PrivityClient;
  beforeAll(async () => {
    jail = await Jail.start({ PRIVITY_CALL_RING_LIMIT_MS: String(RING_MS), PRIVITY_PROBING_PER_HOUR: '3' }, stream);
    approver = await jail.privity.as('second person', 'approver');
    await importList(jail.registrar, 'bar-roll', [`NY,1,Counsel,Carol,aCTIVe,,${ROLL_LAWYER},,,01/01/2001`]);
    await importList(jail.registrar, 'do-not-record', [`${HOTLINE},Y,Y,*,01/01/2020,,PREA HOTLINE`]);
    await jail.recordable(FRIEND);
    await jail.unrecorded(ROLL_LAWYER, 'number-protected');
  }, 180_000);

  afterAll(async () => {
    expect(await jail.privity.stop()).toBe(0);
  }, 60_000);

  const told = (context: string, type: string, about: (event: StoredEvent) => boolean) =>
    eventually(type, async () => (await allEvents(jail.auditor, context)).filter((e) => e.type === type).find(about));
  const decidedBy = (decision: string) => told('routing', 'routing.CallDecided', ({ id }) => id === decision);

  it('T13: a call that never says that it ends ends by itself, once, and gets its attestation', async () => {
    const { answer } = await jail.dial(ROLL_LAWYER);
    const { subject } = await decidedBy(answer.decision);
    const end = await told('routing', 'routing.CallEnded', (event) => event.subject === subject);
    expect(end.data).toMatchObject({ connected: false, by: 'timeout' });
    const attested = await told('recording', 'recording.NoMediaAttested', ({ data }) => data['call'] === subject);
    expect(attested.data).toMatchObject({ decision: answer.decision, bytes: 0, objects: 0 });
    // The dialler is back, and says what it did not say in time.
    await jail.hangUp(answer);
    const ends = (await allEvents(jail.auditor, 'routing')).filter((event) => event.subject === subject);
    expect(ends.filter(({ type }) => type === 'routing.CallEnded')).toHaveLength(1);
  }, 60_000);

  it('P1: a call that records is not ended while it may go on', async () => {
    const { answer, permit } = await jail.dial(FRIEND);
    await sleep(RING_MS + 2_000);
    const { ending } = await jail.edge.calls.media(answer.callId, permit, audio(1));
    expect(ending).toBe('ended');
    await jail.hangUp(answer);
  }, 60_000);

  it('T13: a finding names a client that asks and never dials, by no name', async () => {
    const { findings: before } = await jail.auditor.audit.findings({ kind: 'probing' });
    expect(before).toEqual([]);
    for (let n = 0; n < 4; n++) await jail.dial(ROLL_LAWYER);
    await jail.finding('probing');
    const { findings } = await jail.auditor.audit.findings({ kind: 'probing' });
    expect(findings).toHaveLength(1);
    expect(JSON.stringify(findings)).not.toContain('edge');
  }, 60_000);

  it('T16: a call to a hotline leaves no caller in any event or log', async () => {
    const { answer: known } = await jail.dial(FRIEND, BELA);
    await jail.hangUp(known);
    const decisions = await allEvents(jail.auditor, 'routing');
    const belaIndex = decisions.find(({ id }) => id === known.decision)?.data['caller'];
    expect(belaIndex).toEqual(expect.any(String));
    const mentions = async (): Promise<number> => {
      const contexts = ['registry', 'routing', 'recording', 'audit'];
      const events = (await Promise.all(contexts.map((context) => allEvents(jail.auditor, context)))).flat();
      return events.filter(({ text }) => text.includes(String(belaIndex))).length;
    };
    const before = await mentions();
    const { answer } = await jail.dial(HOTLINE, BELA);
    expect(answer).toMatchObject({ outcome: 'connect', recording: 'off', reasons: ['hotline'] });
    await jail.hangUp(answer);
    const events = await eventually('the attestation', async () => {
      const recording = await allEvents(jail.auditor, 'recording');
      return recording.some(({ data }) => data['decision'] === answer.decision) && recording;
    });
    expect(events.length).toBeGreaterThan(0);
    const decided = (await allEvents(jail.auditor, 'routing')).find(({ id }) => id === answer.decision);
    expect(Object.keys(decided?.data ?? {})).not.toContain('caller');
    expect(await mentions()).toBe(before);
    expect(await jail.privity.logs()).not.toContain(BELA);
  }, 60_000);

  const claimCase = () =>
    eventually('the case of the claim', async () =>
      (await jail.registrar.cases.work()).items.find(
        ({ kind, cause }) => kind === 'case' && cause === 'privilege-claimed',
      ),
    );

  it('T11: a call that somebody says is a lawyer’s stops being recorded, is sealed, and stays so when the claim is rejected', async () => {
    const earlier = await jail.record(SLOW_LAWYER);
    await eventually('the recording', () => jail.isSeen(earlier.recording));
    const { answer, permit } = await jail.dial(SLOW_LAWYER);
    const media = jail.edge.calls.media(answer.callId, permit, untilStopped());
    await sleep(1_500);
    await jail.edge.calls.claimPrivilege(answer.callId, 'callee');
    const claimedAt = Date.now();
    const kept = await media;
    expect(kept.ending).toMatch(/^permit-(revoked|lapsed)$/);
    expect(Date.now() - claimedAt).toBeLessThan(3_000);
    await jail.hangUp(answer);
    const events = await eventually('the seal', async () => {
      const found = (await allEvents(jail.auditor, 'recording')).filter(
        ({ type, data }) => type === 'recording.RecordingSealed' && data['recording'] === kept.recording,
      );
      return found.length > 0 && found;
    });
    expect(events).toMatchObject([{ data: { reason: 'privilege-claimed' } }]);
    await eventually('the seal to be heeded', async () => !(await jail.isSeen(kept.recording)));
    // What anybody can say in a call does not reach further back than the call.
    expect(await jail.isSeen(earlier.recording)).toBe(true);

    const opened = await claimCase();
    const calls = [];
    for (let n = 0; n < 3; n += 1) calls.push(await jail.call(SLOW_LAWYER));
    calls.push((await jail.dial(SLOW_LAWYER)).answer);
    expect(calls.map(({ outcome, recording, maxSeconds }) => [outcome, recording, maxSeconds])).toEqual([
      ['connect', 'off', 600],
      ['connect', 'off', 600],
      ['connect', 'off', 600],
      ['deny', 'off', 0],
    ]);

    const { proposal } = await jail.registrar.cases.propose(String(opened['case']), {
      basis: 'the office at the bar roll’s contact does not know the number',
    });
    await approver.cases.agree(String(opened['case']), proposal);
    await eventually('a call that may be recorded', async () => {
      const { answer: next } = await jail.dial(SLOW_LAWYER);
      return next.recording === 'after-notice';
    });
    expect(await jail.isSeen(kept.recording)).toBe(false);
  }, 120_000);

  it('T11: a claim that is upheld seals what was recorded before it, too', async () => {
    const earlier = await jail.record(SLOW_LAWYER);
    await eventually('the recording', () => jail.isSeen(earlier.recording));
    const { answer } = await jail.dial(SLOW_LAWYER);
    await jail.edge.calls.claimPrivilege(answer.callId, 'caller');
    await jail.hangUp(answer);
    const opened = await claimCase();
    await approver.cases.keep(String(opened['case']));
    await eventually('the seal', async () => !(await jail.isSeen(earlier.recording)));
    const protectedNow = await jail.unrecorded(SLOW_LAWYER, 'number-protected');
    expect(protectedNow.maxSeconds).toBe(3600);
    // P7: what was claimed, counted and settled, replay knows at each decision.
    await eventually('the whole log', async () =>
      /\b[1-9]\d* decisions and \d+ attestations derived again, 0 differences/.test(
        await jail.privity.command('replay', 'decisions').catch(() => ''),
      ),
    );
    expect(await jail.privity.logs()).not.toContain(SLOW_LAWYER.replaceAll('-', ''));
  }, 120_000);
});
