import { beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import type { CallDecided } from '@privity/routing';
import { SAMPLES } from '../repository.js';
import { audioSeconds, generatedAudio } from './audio.js';
import { CallEndings } from './call-endings.js';
import type { LogEvidence } from './evidence.js';
import { Expectation, type Fate } from './expectation.js';
import { readCalls, type RecordedCall } from './export.js';
import { bytesOfOthers, examineCalls } from './findings.js';
import type { PlayedCall } from './journal.js';
import type { MediaFile } from './media-files.js';

const SALT = Buffer.alloc(16, 7).toString('base64');

/** What a sound run over the first calls of the sample leaves behind. */
class Run {
  readonly played = new Map<string, PlayedCall>();
  readonly files: MediaFile[] = [];
  readonly decisions = new Map<string, CallDecided['data']>();
  readonly completed = new Map<string, never>();
  readonly endings = new CallEndings();

  constructor(
    readonly calls: readonly RecordedCall[],
    readonly expectation: Expectation,
  ) {
    for (const call of calls) this.play(call, expectation.fateOf(call));
  }

  first(fate: Fate): RecordedCall {
    const call = this.calls.find((one) => this.expectation.fateOf(one) === fate);
    if (!call) throw new Error(`the sample has no call that is ${fate}`);
    return call;
  }

  /** Its file is not there. */
  lose(call: RecordedCall): void {
    this.files.splice(
      this.files.findIndex(({ callId }) => callId === call.callId),
      1,
    );
  }

  keep(call: RecordedCall, audio = generatedAudio(call.callId, audioSeconds(call.callId, call.seconds))): void {
    const recording = `recording of ${call.callId}`;
    const digest = createHash('sha256').update(Buffer.from(SALT, 'base64')).update(audio).digest('hex');
    const data = { recording, bytes: audio.length, salt: SALT, digest, ending: 'ended' };
    this.completed.set(recording, data as unknown as never);
    if (!this.files.some(({ callId }) => callId === call.callId)) this.files.push({ callId: call.callId, recording });
  }

  examine() {
    const { decisions, completed, endings } = this;
    const evidence = { decisions, completed, endings } as unknown as LogEvidence;
    return examineCalls(this.calls, (id) => this.played.get(id), this.expectation, this.files, evidence);
  }

  private play(call: RecordedCall, fate: Fate): void {
    const outcome = fate === 'denied' || fate === 'not-connected' ? fate : 'connected';
    const decision = `decision on ${call.callId}`;
    const bytes = audioSeconds(call.callId, call.seconds) * 8000;
    this.played.set(call.callId, { callId: call.callId, outcome, decision, ...(fate === 'recorded' ? { bytes } : {}) });
    const reasons = fate === 'unrecorded' ? ['number-protected', 'caller-elsewhere'] : [];
    const decided = {
      outcome: fate === 'denied' ? 'deny' : 'connect',
      recording: reasons.length ? 'off' : 'after-notice',
    };
    this.decisions.set(decision, { ...decided, reasons } as unknown as CallDecided['data']);
    this.say('routing.CallDecided', call, {});
    if (fate === 'recorded') this.keep(call);
    else this.attest(call);
  }

  attest(call: RecordedCall): void {
    this.say('recording.NoMediaAttested', call, { decision: `decision on ${call.callId}` });
  }

  /** An event about a call: of its own stream, or naming it. */
  say(type: string, { callId }: RecordedCall, data: object): void {
    const call = `call-${callId}`;
    this.endings.take({ id: `decision on ${callId}`, type, subject: call, data: { call, ...data } });
  }
}

describe('examineCalls', () => {
  let calls: RecordedCall[];
  let expectation: Expectation;
  beforeAll(async () => {
    [calls, expectation] = [await readCalls(SAMPLES, 300), await Expectation.read(SAMPLES)];
  }, 60_000);
  const soundRun = () => new Run(calls, expectation);

  it('finds nothing wrong with a sound run, and its figures add up', () => {
    const { wrong, ...figures } = soundRun().examine();
    expect(wrong).toEqual([]);
    expect(figures.protectedRecorded).toBe(0);
    expect(figures.denied + figures.notConnected + figures.connected).toBe(calls.length);
    expect(figures.recorded + figures.unrecorded).toBe(figures.connected);
    expect(figures.unrecordedByReason).toEqual({ 'number-protected': figures.unrecorded });
    expect(figures.audioBytesSent).toBeGreaterThanOrEqual(figures.recorded * 16_000);
  });

  it('sees a protected call that was recorded, from its file alone (P1)', () => {
    const run = soundRun();
    run.keep(run.first('unrecorded'));
    const { protectedRecorded, wrong } = run.examine();
    expect(protectedRecorded).toBe(1);
    expect(wrong).toContainEqual(expect.stringContaining('recorded although the export says unrecorded'));
  });

  it('sees a recording that is missing, and one of a call that never connected', () => {
    const run = soundRun();
    const gone = run.first('recorded');
    run.lose(gone);
    run.keep(run.first('not-connected'));
    const { wrong } = run.examine();
    expect(wrong).toContainEqual(`1 × unrecorded without a reason: ${gone.callId}`);
    expect(wrong).toContainEqual(`1 × neither recorded nor attested: ${gone.callId}`);
    expect(wrong).toContainEqual(expect.stringContaining('recorded without being connected'));
    expect(wrong).toContainEqual(expect.stringContaining('recorded, and attested to be unrecorded'));
  });

  it('names each call left unrecorded that the export would have recorded, and by what', () => {
    const run = soundRun();
    const [stale, revoked, refused] = run.calls.filter((call) => run.expectation.fateOf(call) === 'recorded');
    for (const call of [stale, revoked, refused] as RecordedCall[]) {
      run.lose(call);
      run.attest(call);
    }
    const decision = ({ callId }: RecordedCall) => `decision on ${callId}`;
    const reasons = ['registry-stale', 'caller-elsewhere'];
    run.decisions.set(decision(stale!), {
      outcome: 'connect',
      recording: 'off',
      reasons,
    } as unknown as CallDecided['data']);
    run.say('routing.PermitRevoked', revoked!, { reasons: ['caller-elsewhere', 'registry-digest-mismatch'] });
    run.say('recording.MediaRefused', refused!, { reason: 'already-recorded' });
    const { wrong, differences } = run.examine();
    expect(wrong).toEqual([]);
    const named = [
      [stale!, 'registry-stale'],
      [revoked!, 'registry-digest-mismatch'],
      [refused!, 'media-refused: already-recorded'],
    ] as const;
    expect(differences).toEqual(
      named.map(([call, reason]) => ({ callId: call.callId, decision: decision(call), reason })),
    );
  });

  it('sees audio of another call, and audio cut short', () => {
    const run = soundRun();
    const call = run.first('recorded');
    run.keep(call, generatedAudio('another', audioSeconds(call.callId, call.seconds)));
    expect(run.examine().wrong).toEqual([expect.stringContaining('differs from the audio sent')]);
    run.keep(call, generatedAudio(call.callId, 1));
    expect(run.examine().wrong).toEqual([expect.stringContaining('differs from the audio sent')]);
  });

  it('takes what a broken-off run kept for what it sent, if it is the beginning of the right audio', () => {
    const run = soundRun();
    const call = run.first('recorded');
    run.played.set(call.callId, { callId: call.callId, outcome: 'connected', decision: `decision on ${call.callId}` });
    const before = run.examine().audioBytesSent;
    run.keep(call, generatedAudio(call.callId, 1).subarray(0, 4_000));
    const { wrong, audioBytesSent } = run.examine();
    expect(wrong).toEqual([]);
    expect(before - audioBytesSent).toBe(12_000);
  });

  it('sees a call that was not played and a decision that the log does not hold', () => {
    const run = soundRun();
    run.played.delete(run.first('denied').callId);
    run.decisions.delete(`decision on ${run.first('unrecorded').callId}`);
    const { wrong } = run.examine();
    expect(wrong).toHaveLength(2);
    expect(wrong).toContainEqual(expect.stringContaining('call not played'));
    expect(wrong).toContainEqual(expect.stringContaining('decision not in the log'));
  });

  it('sees a recording that its decision did not permit, though the export would, and an answer that was another', () => {
    const run = soundRun();
    const say = (fate: Fate, data: object) => {
      const decision = `decision on ${run.first(fate).callId}`;
      run.decisions.set(decision, { ...run.decisions.get(decision), ...data } as CallDecided['data']);
    };
    say('recorded', { recording: 'off', reasons: ['registry-stale'] });
    say('denied', { outcome: 'connect' });
    say('unrecorded', { reasons: ['caller-elsewhere'] });
    expect([...run.examine().wrong].sort()).toEqual([
      `1 × denied although the decision says connect: ${run.first('denied').callId}`,
      `1 × recorded although the decision says off: ${run.first('recorded').callId}`,
      `1 × unrecorded without a reason: ${run.first('unrecorded').callId}`,
    ]);
  });

  it("leaves a reader's own call alone, and its bytes out of the comparison", () => {
    const run = soundRun();
    const before = run.examine();
    run.keep({ ...run.first('recorded'), callId: 'my-call-1', seconds: 2 });
    expect(run.examine()).toEqual(before);
    const evidence = { completed: run.completed } as unknown as LogEvidence;
    const own = new Set(calls.map(({ callId }) => callId));
    expect(bytesOfOthers(run.files, own, evidence)).toBe(audioSeconds('my-call-1', 2) * 8000);
  });
});
