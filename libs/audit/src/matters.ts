import type { Instant } from '@privity/kernel';
import type { MediaChecked, MediaRefused, PlaybackRefused, RecordingSealed } from '@privity/recording/events';
import type { ListHeld, NoticeFailed, RegistrationEscalated } from '@privity/registry/events';
import type { CallDecided, ReasonCode, RegistryVerdictChanged } from '@privity/routing/events';
import type { RaiseFinding } from './commands.js';

/** The part of a stored event that a finding rests on. */
export interface Shown<E extends { readonly data: unknown }> {
  readonly id: string;
  /** Stream id. */
  readonly subject: string;
  readonly time: Instant;
  readonly data: E['data'];
}

const UNVERIFIED: readonly ReasonCode[] = ['registry-stale', 'registry-empty', 'registry-digest-mismatch'];

/** P3: unknown is not permission, and a finding. One per facility, day (UTC) and reasons: an outage is one matter. */
export function registryUnverified({ id, time, data }: Shown<CallDecided>): RaiseFinding | undefined {
  const reasons = data.reasons.filter((reason) => UNVERIFIED.includes(reason));
  if (reasons.length === 0) return undefined;
  return {
    type: 'RaiseFinding',
    kind: 'registry-unverified',
    evidence: id,
    about: `facility-${data.facility}`,
    detail: `calls went unrecorded: ${reasons.join(', ')}`,
    occasion: `${time.slice(0, 10)}-${reasons.join('-')}`,
  };
}

/** The same while nobody calls: whoever calls next would not be recorded. One per day and state. */
export function registryDoubted({ id, time, data }: Shown<RegistryVerdictChanged>): RaiseFinding | undefined {
  if (data.to === 'fresh') return undefined;
  return {
    type: 'RaiseFinding',
    kind: 'registry-unverified',
    evidence: id,
    about: 'routing',
    detail: `routing no longer believes its view of the registry: ${data.to}`,
    occasion: `${time.slice(0, 10)}-${data.to}`,
  };
}

/** Whether a decision lets its call be recorded at all. */
export function permitsRecording({ outcome, recording }: CallDecided['data']): boolean {
  return outcome === 'connect' && recording === 'after-notice';
}

/** P3: one per call. Who called whom is in no finding; which block it was, in the evidence. */
export function protectedNumberDenied({ id, subject, data }: Shown<CallDecided>): RaiseFinding | undefined {
  if (data.outcome !== 'deny' || !data.reasons.includes('number-protected')) return undefined;
  const detail = 'a call to a protected number was denied';
  return { type: 'RaiseFinding', kind: 'protected-number-denied', evidence: id, about: subject, detail };
}

/** One per recording and reason. Who it was is the `actor` of the evidence, not repeated here. */
export function playbackRefused({ id, subject, data }: Shown<PlaybackRefused>): RaiseFinding {
  const { reason } = data;
  const detail = `somebody without the right to it tried to listen: ${reason}`;
  return { type: 'RaiseFinding', kind: 'playback-refused', evidence: id, about: subject, detail, occasion: reason };
}

/** One per call and reason; media that names no readable call shares a stream, so there it is one per reason and day. */
export function mediaRefused({ id, subject, time, data }: Shown<MediaRefused>): RaiseFinding {
  const { call, reason } = data;
  return {
    type: 'RaiseFinding',
    kind: 'media-refused',
    evidence: id,
    about: subject,
    detail: `audio arrived and not a byte was kept: ${reason}`,
    occasion: call === undefined ? `${reason}-${time.slice(0, 10)}` : reason,
  };
}

/** One per check that found any; the recordings are listed in the evidence. */
export function mediaMismatch({ id, subject, data }: Shown<MediaChecked>): RaiseFinding | undefined {
  const { objects, mismatches } = data;
  if (mismatches.length === 0) return undefined;
  const detail = `${mismatches.length} of ${objects} recordings do not decrypt to the digest their events name`;
  return { type: 'RaiseFinding', kind: 'media-mismatch', evidence: id, about: subject, detail };
}

/** T3: one per import. Who is protected stays so; that the list is not whole is what somebody must see to. */
export function listShrunk({ id, subject, data }: Shown<ListHeld>): RaiseFinding {
  const lost = data.losses.map(({ scope, entries, departed }) => `${scope} lost ${departed} of ${entries} entries`);
  const detail = `a list is held for a second person: ${lost.join(', ')}`;
  return { type: 'RaiseFinding', kind: 'list-shrunk', evidence: id, about: subject, detail };
}

/** T7: one per registration. It names no person; who asked may wait, and may be recorded meanwhile. */
export function registrationOverdue({ id, subject, data }: Shown<RegistrationEscalated>): RaiseFinding {
  const detail = `nobody has answered a registration that was due at ${data.due}`;
  return { type: 'RaiseFinding', kind: 'registration-overdue', evidence: id, about: subject, detail };
}

/** T7, T9: one per message. What it was about is in the evidence; whom it was for, in no event. */
export function noticeFailed({ id, subject, data }: Shown<NoticeFailed>): RaiseFinding {
  const detail = `a message (${data.kind}) could not be sent in ${data.attempts} attempts`;
  return { type: 'RaiseFinding', kind: 'notice-failed', evidence: id, about: subject, detail };
}

/** P8: one per recording. */
export function recordingSealedLate({ id, subject, data }: Shown<RecordingSealed>): RaiseFinding {
  const detail = `the recording was sealed after it was made: ${data.reason}`;
  return { type: 'RaiseFinding', kind: 'recording-sealed-late', evidence: id, about: subject, detail };
}

/** What is known of a recording when something speaks against it. Both directions in time occur: events overtake. */
export interface RecordingMade {
  /** Event id of `RecordingStarted`. */
  readonly event: string;
  /** Its stream. */
  readonly stream: string;
  readonly startedAt: Instant;
}

/** P1: the decision of the call did not permit recording. */
export function recordedUnpermitted({ event, stream }: RecordingMade): RaiseFinding {
  const detail = 'the decision of the call did not permit recording';
  return { type: 'RaiseFinding', kind: 'protected-recorded', evidence: event, about: stream, detail };
}

/** P2: the number or the caller was protected, by the servers' clocks, before the recording began; a later protection seals instead. */
export function recordedProtected(made: RecordingMade, protectedAt: Instant): RaiseFinding | undefined {
  if (protectedAt >= made.startedAt) return undefined;
  const detail = 'the number, or the person who called it, was protected when the recording began';
  return { type: 'RaiseFinding', kind: 'protected-recorded', evidence: made.event, about: made.stream, detail };
}
