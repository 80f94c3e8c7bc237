export { callMediaDecider, mediaStream, MediaPresent, recordingStream } from './attest.js';
export type { CallMediaCommand, CallMediaState } from './attest.js';
export type * from './commands.js';
export { AlreadyRecorded, decide, LISTENER_ROLES, recordingDecider, RecordingOutOfOrder } from './decide.js';
export type * from './events.js';
export { evolve, noRecording } from './evolve.js';
export type { RecordingState } from './evolve.js';
export { BYTES_PER_SECOND, HeardRanges } from './heard.js';
export {
  checkHeader,
  CHUNK_BYTES,
  chunkSpan,
  endOf,
  HEADER_BYTES,
  layoutOf,
  MediaBroken,
  mediaHeader,
  openChunk,
  openEnd,
  sealChunk,
  TAG_BYTES,
} from './media-format.js';
export type { ChunkPlace, MediaLayout } from './media-format.js';
export { MediaSealer } from './media-sealer.js';
export { PERMIT_LIFETIME_MS, PermitClock } from './permit-clock.js';
export { isCallId, isCallStream, permitClaims, samePermit } from './permit.js';
export type { PermitClaims } from './permit.js';
export { RecordingSession } from './recording-session.js';
export type {
  Ending,
  FrameSource,
  MediaWriter,
  NextFrame,
  Permit,
  PermitRenewer,
  Renewal,
} from './recording-session.js';
export { upcast, upcasters } from './upcasters.js';
export type { Upcaster } from './upcasters.js';
