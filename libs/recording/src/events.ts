import type { BlindIndex, DomainEvent, EventParkedData, Instant } from '@privity/kernel';

/** A live permit was checked with routing and a key opened. Durable before the first byte is kept (P1). Stream `recording-<id>`. */
export type RecordingStarted = DomainEvent<
  'recording.RecordingStarted',
  {
    readonly recording: string;
    /** Stream id of the call. */
    readonly call: string;
    /** Event id of the decision that permits it. */
    readonly decision: string;
    readonly facility: string;
    readonly caller: BlindIndex;
    readonly dialed: BlindIndex;
  }
>;

export type RecordingCompleted = DomainEvent<
  'recording.RecordingCompleted',
  {
    readonly recording: string;
    readonly call: string;
    /** Sounding length: bytes / 8000. */
    readonly seconds: number;
    /** Plain mu-law bytes, as received. */
    readonly bytes: number;
    /** base64; without it a digest of a short recording could be guessed. */
    readonly salt: string;
    /** SHA-256, hex, of salt and plain bytes. */
    readonly digest: string;
    readonly ending: 'ended' | 'permit-lapsed' | 'permit-revoked' | 'interrupted';
  }
>;

/** Media came without a live permit. Not a byte was kept. Stream: the call's own attestation stream `media-<call>`. */
export type MediaRefused = DomainEvent<
  'recording.MediaRefused',
  {
    readonly call?: string;
    readonly reason: 'no-permit' | 'permit-invalid' | 'permit-refused' | 'already-recorded' | 'routing-unreachable';
  }
>;

/** The store itself was looked at and holds nothing of this call (T13). Stream `media-<call>`. */
export type NoMediaAttested = DomainEvent<
  'recording.NoMediaAttested',
  { readonly call: string; readonly decision: string; readonly bytes: 0; readonly objects: 0; readonly store: 'files' }
>;

/** What became protected, the number that was called or the person who called it; or a party says that this call is privileged. */
export type SealReason = 'number-protected' | 'caller-protected' | 'privilege-claimed';

/** Late knowledge reaches back (P8): an existing recording should not be there. Stream `recording-<id>`. */
export type RecordingSealed = DomainEvent<
  'recording.RecordingSealed',
  { readonly recording: string; readonly reason: SealReason; readonly cause: string }
>;

/** Durable before the first byte is heard (P4). Stream `recording-<id>`. The person is the event's `actor`. */
export type PlaybackGranted = DomainEvent<
  'recording.PlaybackGranted',
  { readonly recording: string; readonly playback: string; readonly purpose: string; readonly caseNumber?: string }
>;
export type PlaybackRefused = DomainEvent<
  'recording.PlaybackRefused',
  {
    readonly recording: string;
    /** `other-person`: somebody used the playback granted to another. */ readonly reason:
      'role' | 'sealed' | 'not-found' | 'other-person';
    readonly purpose: string;
  }
>;
/** Seconds from start, half open; flushed every five seconds and at the end. */
export type PlaybackHeard = DomainEvent<
  'recording.PlaybackHeard',
  { readonly recording: string; readonly playback: string; readonly ranges: readonly (readonly [number, number])[] }
>;

/** Every object was decrypted inside the vault and compared with its digest; no audio left it. Stream `media-check-<id>`. */
export type MediaChecked = DomainEvent<
  'recording.MediaChecked',
  { readonly objects: number; readonly bytes: number; readonly mismatches: readonly string[] }
>;

/**
 * A search, or a look at one recording's particulars, is an access too; durable before the answer (P4).
 * Stream `recording-search-<id>`. The person is the event's `actor`.
 */
export type RecordingsSearched = DomainEvent<
  'recording.RecordingsSearched',
  {
    readonly criteria: {
      readonly recording?: string;
      /** The dialler's own call id. */
      readonly call?: string;
      readonly facility?: string;
      readonly from?: Instant;
      readonly to?: Instant;
    };
    readonly outcome: 'answered' | 'refused-role';
    /** How many were shown. Sealed ones are not, and are not counted (P12). */
    readonly results: number;
  }
>;

/** An operator set aside an event that halted one of this context's consumers. Stream `parked-<consumer>`. */
export type EventParked = DomainEvent<'recording.EventParked', EventParkedData>;

export type RecordingEvent =
  | RecordingStarted
  | RecordingCompleted
  | MediaRefused
  | NoMediaAttested
  | RecordingSealed
  | PlaybackGranted
  | PlaybackRefused
  | PlaybackHeard
  | MediaChecked
  | RecordingsSearched
  | EventParked;
