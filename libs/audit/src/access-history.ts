import type { Instant } from '@privity/kernel';
import type { PlaybackGranted, PlaybackHeard, PlaybackRefused } from '@privity/recording/events';

/** One line of the history of who came near a recording. */
export interface Access {
  /** Event id, to ask a proof for. */
  readonly event: string;
  readonly recording: string;
  /** The event's actor: who it was, as their token named them. */
  readonly person: string | undefined;
  readonly at: Instant;
  readonly kind: 'granted' | 'refused' | 'heard';
  readonly playback?: string;
  readonly purpose?: string;
  readonly caseNumber?: string;
  /** Why it was refused. */
  readonly reason?: string;
  /** Seconds from start, half open. */
  readonly ranges?: readonly (readonly [number, number])[];
}

export type PlaybackEvent = PlaybackGranted | PlaybackRefused | PlaybackHeard;

/** The line that a playback event adds. */
export function accessOf(
  { id, time, actor }: { readonly id: string; readonly time: Instant; readonly actor?: string },
  event: PlaybackEvent,
): Access {
  const line = { event: id, recording: event.data.recording, person: actor, at: time };
  switch (event.type) {
    case 'recording.PlaybackGranted': {
      const { playback, purpose, caseNumber } = event.data;
      return { ...line, kind: 'granted', playback, purpose, ...(caseNumber === undefined ? {} : { caseNumber }) };
    }
    case 'recording.PlaybackRefused':
      return { ...line, kind: 'refused', purpose: event.data.purpose, reason: event.data.reason };
    case 'recording.PlaybackHeard':
      return { ...line, kind: 'heard', playback: event.data.playback, ranges: event.data.ranges };
  }
}

/** Who asks for the history. */
export interface HistoryReader {
  readonly roles: readonly string[];
  readonly facility?: string;
}

/** What a reader may see: `everything`, or only recordings that exist, are not sealed and, where set, of one facility. */
export interface HistoryScope {
  readonly everything: boolean;
  readonly facility?: string;
}

/**
 * P12: a sealed recording leaves no trace for those who investigate, and answers exactly as one that never existed.
 * Auditor and privacy officer see all, unless their token is for one facility.
 */
export function historyScope({ roles, facility }: HistoryReader): HistoryScope {
  if (facility !== undefined) return { everything: false, facility };
  return { everything: seesPrivileged(roles) };
}

/** Whether sealed recordings are among what these roles may see. */
export function seesPrivileged(roles: readonly string[]): boolean {
  return roles.includes('auditor') || roles.includes('privacy-officer');
}
