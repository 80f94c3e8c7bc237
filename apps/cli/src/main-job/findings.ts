import { createHash } from 'node:crypto';
import { REASONS } from '@privity/routing';
import { audioSeconds, generatedAudio } from './audio.js';
import type { LogEvidence } from './evidence.js';
import type { Expectation } from './expectation.js';
import type { RecordedCall } from './export.js';
import type { PlayedCall } from './journal.js';
import type { MediaFile } from './media-files.js';

/** A call that was lawfully left unrecorded although the export would have it recorded: something was stale, or died. */
export interface Difference {
  readonly callId: string;
  /** Event id. */
  readonly decision: string;
  /** The first reason of the decision or of the revoked permit that turned recording off, or why media was refused. */
  readonly reason: string;
}

/** Calls by what became of them, and whatever is not as it must be. */
export interface CallFindings {
  readonly denied: number;
  readonly notConnected: number;
  readonly connected: number;
  readonly recorded: number;
  readonly unrecorded: number;
  readonly unrecordedByReason: Readonly<Record<string, number>>;
  readonly protectedRecorded: number;
  readonly audioBytesSent: number;
  readonly differences: readonly Difference[];
  readonly wrong: readonly string[];
}

/** Collects what is wrong without flooding: the first few of a kind are named, the others counted. */
class Wrongs {
  readonly #kinds = new Map<string, string[]>();

  add(kind: string, example: string): void {
    const examples = this.#kinds.get(kind);
    if (examples) examples.push(example);
    else this.#kinds.set(kind, [example]);
  }

  list(): string[] {
    return [...this.#kinds].map(([kind, all]) => `${all.length} × ${kind}: ${all.slice(0, 3).join(', ')}`);
  }
}

/**
 * Holds each played call against the export's files, the media folder's names, and the audio that its id generates.
 * Files of calls that this job did not play (somebody dialled by hand) are left alone unless the export protects them.
 */
export function examineCalls(
  calls: readonly RecordedCall[],
  played: (callId: string) => PlayedCall | undefined,
  expectation: Expectation,
  files: readonly MediaFile[],
  evidence: LogEvidence,
): CallFindings {
  const wrongs = new Wrongs();
  const tally = { denied: 0, notConnected: 0, connected: 0, recorded: 0, unrecorded: 0, audioBytesSent: 0 };
  const byReason: Record<string, number> = {};
  const differences: Difference[] = [];
  const fileOf = new Map(files.map((file) => [file.callId, file]));
  if (fileOf.size < files.length)
    wrongs.add('more than one recording of a call', `${files.length - fileOf.size} files`);
  let protectedRecorded = 0;
  for (const call of calls) {
    const done = played(call.callId);
    if (!done) {
      wrongs.add('call not played', call.callId);
      continue;
    }
    const file = fileOf.get(call.callId);
    if (file && expectation.isProtected(call.dialed)) protectedRecorded++;
    const fate = done.outcome !== 'connected' ? done.outcome : file ? 'recorded' : 'unrecorded';
    const expected = expectation.fateOf(call);
    const lessRecorded = fate === 'unrecorded' && expected === 'recorded';
    if (fate !== expected && !lessRecorded) {
      wrongs.add(`${fate} although the export says ${expected}`, call.callId);
    }
    if (file && done.outcome !== 'connected') wrongs.add('recorded without being connected', call.callId);
    const decision = evidence.decisions.get(done.decision);
    if (!decision) wrongs.add('decision not in the log', call.callId);
    else if ((decision.outcome === 'deny') !== (done.outcome === 'denied')) {
      wrongs.add(`${done.outcome} although the decision says ${decision.outcome}`, call.callId);
    } else if (file && decision.recording === 'off') {
      wrongs.add('recorded although the decision says off', call.callId);
    }
    if (fate === 'denied') tally.denied++;
    else if (fate === 'not-connected') tally.notConnected++;
    else {
      tally.connected++;
      tally[fate]++;
    }
    if (fate === 'unrecorded') {
      const decided = decision?.reasons.find((code) => REASONS[code] === 'unrecorded');
      const reason = decided ?? evidence.endings.whyUnrecorded(done.decision) ?? 'unknown';
      if (decision && reason === 'unknown') wrongs.add('unrecorded without a reason', call.callId);
      byReason[reason] = (byReason[reason] ?? 0) + 1;
      if (lessRecorded) differences.push({ callId: call.callId, decision: done.decision, reason });
    }
    if (decision && evidence.endings.isAttested(done.decision) === (file !== undefined)) {
      wrongs.add(file ? 'recorded, and attested to be unrecorded' : 'neither recorded nor attested', call.callId);
    }
    if (file) tally.audioBytesSent += audioSent(call, done, file, evidence, wrongs);
  }
  return { ...tally, unrecordedByReason: byReason, protectedRecorded, differences, wrong: wrongs.list() };
}

/**
 * How many bytes of audio were sent for a recorded call; that what was kept is the same audio, shows its digest. Where
 * a run was broken off in the middle of a call, what it sent is what was kept: a beginning of the generated audio.
 */
function audioSent(
  call: RecordedCall,
  done: PlayedCall,
  file: MediaFile,
  evidence: LogEvidence,
  wrongs: Wrongs,
): number {
  const completed = evidence.completed.get(file.recording);
  if (!completed) {
    wrongs.add('recording without its event in the log', file.recording);
    return done.bytes ?? 0;
  }
  const audio = generatedAudio(call.callId, audioSeconds(call.callId, call.seconds));
  const sent = audio.subarray(0, done.bytes ?? completed.bytes);
  const digest = createHash('sha256').update(Buffer.from(completed.salt, 'base64')).update(sent).digest('hex');
  if (digest !== completed.digest || sent.length !== completed.bytes) {
    wrongs.add(`recording differs from the audio sent (${completed.ending})`, file.recording);
  }
  return sent.length;
}

/** Bytes of recordings of calls that this job did not play. */
export function bytesOfOthers(files: readonly MediaFile[], own: ReadonlySet<string>, evidence: LogEvidence): number {
  const others = files.filter(({ callId }) => !own.has(callId));
  return others.reduce((sum, { recording }) => sum + (evidence.completed.get(recording)?.bytes ?? 0), 0);
}
