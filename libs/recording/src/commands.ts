import type { BlindIndex } from '@privity/kernel';
import type { RecordingCompleted, SealReason } from './events.js';

export interface StartRecording {
  readonly type: 'StartRecording';
  readonly recording: string;
  readonly call: string;
  readonly decision: string;
  readonly facility: string;
  readonly caller: BlindIndex;
  readonly dialed: BlindIndex;
}

export interface CompleteRecording {
  readonly type: 'CompleteRecording';
  readonly bytes: number;
  readonly salt: string;
  readonly digest: string;
  readonly ending: RecordingCompleted['data']['ending'];
}

/** `cause`: id of the event by which the number, or the person who called it, became protected. */
export interface SealRecording {
  readonly type: 'SealRecording';
  readonly reason: SealReason;
  readonly cause: string;
}

/** Who asks, with the roles and the facility that their token names. */
export interface Listener {
  readonly roles: readonly string[];
  /** A token for one facility opens only that facility's recordings. */
  readonly facility?: string;
}

export interface AskPlayback {
  readonly type: 'AskPlayback';
  readonly recording: string;
  readonly playback: string;
  readonly listener: Listener;
  readonly purpose: string;
  readonly caseNumber?: string;
}

/** Asked again each time sound is about to flow under a grant: what was sealed since does not play (P8). */
export interface ContinuePlayback {
  readonly type: 'ContinuePlayback';
  readonly recording: string;
  readonly playback: string;
  /** Whether the person who asks is the one to whom it was granted. */
  readonly samePerson: boolean;
}

export interface ReportHeard {
  readonly type: 'ReportHeard';
  readonly playback: string;
  readonly ranges: readonly (readonly [number, number])[];
}

export type RecordingCommand =
  StartRecording | CompleteRecording | SealRecording | AskPlayback | ContinuePlayback | ReportHeard;
