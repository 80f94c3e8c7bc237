import { PrivityError, type Decider } from '@privity/kernel';
import type { AskPlayback, ContinuePlayback, RecordingCommand } from './commands.js';
import type { PlaybackRefused, RecordingEvent } from './events.js';
import { evolve, noRecording, type RecordingState } from './evolve.js';
import { BYTES_PER_SECOND } from './heard.js';

/** Who may ask to listen. Whether they get it depends on the recording. */
export const LISTENER_ROLES: readonly string[] = ['investigator', 'supervisor', 'privacy-officer'];

/** A call has one recording. */
export class AlreadyRecorded extends PrivityError {
  constructor() {
    super('already-recorded', 409, 'this call was recorded already');
  }
}

/** The recorder's own steps came out of order: a fault of ours, never of a client. */
export class RecordingOutOfOrder extends PrivityError {
  constructor(what: string) {
    super('recording-out-of-order', 500, what);
  }
}

/** Decides about one recording. Refusals are events (P4); what cannot be meant as a request is an error. */
export function decide(command: RecordingCommand, state: RecordingState): readonly RecordingEvent[] {
  switch (command.type) {
    case 'StartRecording': {
      if (state.phase !== 'none') throw new AlreadyRecorded();
      const { recording, call, decision, facility, caller, dialed } = command;
      const data = { recording, call, decision, facility, caller, dialed };
      return [{ type: 'recording.RecordingStarted', data }];
    }
    case 'CompleteRecording': {
      if (state.phase === 'none') throw new RecordingOutOfOrder('a recording that never started cannot be completed');
      if (state.phase === 'completed') return [];
      const { recording, call } = state;
      const { bytes, salt, digest, ending } = command;
      const seconds = bytes / BYTES_PER_SECOND;
      return [
        { type: 'recording.RecordingCompleted', data: { recording, call, seconds, bytes, salt, digest, ending } },
      ];
    }
    case 'SealRecording': {
      if (state.phase === 'none') throw new RecordingOutOfOrder('a recording that never started cannot be sealed');
      if (state.sealed) return [];
      const { recording } = state;
      const { reason, cause } = command;
      return [{ type: 'recording.RecordingSealed', data: { recording, reason, cause } }];
    }
    case 'AskPlayback':
      return askPlayback(command, state);
    case 'ContinuePlayback':
      return continuePlayback(command, state);
    case 'ReportHeard':
      return state.playbacks.has(command.playback) && command.ranges.length > 0
        ? [
            {
              type: 'recording.PlaybackHeard',
              data: { recording: state.recording, playback: command.playback, ranges: command.ranges },
            },
          ]
        : [];
  }
}

/** The role comes first: who may not ask learns nothing about what there is (P12). */
function askPlayback(command: AskPlayback, state: RecordingState): readonly RecordingEvent[] {
  const { recording, playback, purpose, caseNumber, listener } = command;
  if (!listener.roles.some((role) => LISTENER_ROLES.includes(role))) return refused(recording, 'role', purpose);
  if (state.phase !== 'completed') return refused(recording, 'not-found', purpose);
  if (listener.facility !== undefined && listener.facility !== state.facility) {
    return refused(recording, 'not-found', purpose);
  }
  if (state.sealed) return refused(recording, 'sealed', purpose);
  const data = { recording, playback, purpose, ...(caseNumber === undefined ? {} : { caseNumber }) };
  return [{ type: 'recording.PlaybackGranted', data }];
}

/** No events: it may go on. */
function continuePlayback(command: ContinuePlayback, state: RecordingState): readonly RecordingEvent[] {
  const { recording, playback, samePerson } = command;
  const purpose = 'to play what was granted';
  if (!samePerson) return refused(recording, 'other-person', purpose);
  if (state.phase !== 'completed' || !state.playbacks.has(playback)) return refused(recording, 'not-found', purpose);
  return state.sealed ? refused(recording, 'sealed', purpose) : [];
}

function refused(
  recording: string,
  reason: PlaybackRefused['data']['reason'],
  purpose: string,
): readonly RecordingEvent[] {
  return [{ type: 'recording.PlaybackRefused', data: { recording, reason, purpose } }];
}

export const recordingDecider: Decider<RecordingState, RecordingCommand, RecordingEvent> = {
  initialState: () => noRecording,
  decide,
  evolve,
};
