import type { RecordingEvent } from './events.js';

/** One recording: none -> started -> completed; sealed from any point on, and for good in this version. */
export interface RecordingState {
  readonly phase: 'none' | 'started' | 'completed';
  readonly recording: string;
  readonly call: string;
  readonly facility: string;
  /** Plain bytes, once completed. */
  readonly bytes: number;
  readonly salt: string;
  readonly digest: string;
  readonly sealed: boolean;
  readonly playbacks: ReadonlySet<string>;
}

export const noRecording: RecordingState = {
  phase: 'none',
  recording: '',
  call: '',
  facility: '',
  bytes: 0,
  salt: '',
  digest: '',
  sealed: false,
  playbacks: new Set(),
};

export function evolve(state: RecordingState, event: RecordingEvent): RecordingState {
  switch (event.type) {
    case 'recording.RecordingStarted': {
      const { recording, call, facility } = event.data;
      return { ...state, phase: 'started', recording, call, facility };
    }
    case 'recording.RecordingCompleted': {
      const { bytes, salt, digest } = event.data;
      return { ...state, phase: 'completed', bytes, salt, digest };
    }
    case 'recording.RecordingSealed':
      return { ...state, sealed: true };
    case 'recording.PlaybackGranted':
      return { ...state, playbacks: new Set(state.playbacks).add(event.data.playback) };
    default:
      return state;
  }
}
