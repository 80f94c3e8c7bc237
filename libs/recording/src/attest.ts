import { PrivityError, type Decider } from '@privity/kernel';
import type { MediaRefused, NoMediaAttested, RecordingEvent } from './events.js';

/** What happened about a call's media besides a recording. Stream `media-<call>`. */
export interface CallMediaState {
  readonly attested: boolean;
}

export type CallMediaCommand =
  | {
      readonly type: 'AttestNoMedia';
      readonly call: string;
      readonly decision: string;
      /** Objects that the store holds of this call, as just counted in the store itself, unfinished ones included. */
      readonly objects: number;
    }
  | { readonly type: 'RefuseMedia'; readonly call?: string; readonly reason: MediaRefused['data']['reason'] };

/** The store holds something of a call that has no recording: nothing may be attested, and someone must look. */
export class MediaPresent extends PrivityError {
  constructor(readonly objects: number) {
    super('media-present', 500, 'the store holds media of a call that has no recording');
  }
}

/** One attestation per call, and only over an empty folder (T13). */
export const callMediaDecider: Decider<CallMediaState, CallMediaCommand, RecordingEvent> = {
  initialState: () => ({ attested: false }),
  decide(command, state) {
    if (command.type === 'RefuseMedia') {
      const { call, reason } = command;
      return [{ type: 'recording.MediaRefused', data: { ...(call === undefined ? {} : { call }), reason } }];
    }
    if (state.attested) return [];
    if (command.objects > 0) throw new MediaPresent(command.objects);
    const data: NoMediaAttested['data'] = {
      call: command.call,
      decision: command.decision,
      bytes: 0,
      objects: 0,
      store: 'files',
    };
    return [{ type: 'recording.NoMediaAttested', data }];
  },
  evolve: (state, event) => (event.type === 'recording.NoMediaAttested' ? { attested: true } : state),
};

/** Stream of refusals and of the attestation of a call; refusals without a readable permit share one. */
export function mediaStream(call: string | undefined): string {
  return call === undefined ? 'media-unpermitted' : `media-${call}`;
}

export function recordingStream(recording: string): string {
  return `recording-${recording}`;
}
