import type { DomainEvent, EventParkedData } from '@privity/kernel';

/** Closed list, documented in docs/audit.md. */
export type FindingKind =
  /** A call went unrecorded because the registry could not be trusted at that moment (P3). */
  | 'registry-unverified'
  /** A call to a protected number was denied: somebody blocked it, and may have blocked a lawyer by mistake (P3). */
  | 'protected-number-denied'
  /** A recording exists of a call whose decision did not permit it, or of a number protected at that time. */
  | 'protected-recorded'
  /** A person without the right tried to listen. */
  | 'playback-refused'
  /** Media arrived without a live permit. */
  | 'media-refused'
  /** A stored object does not decrypt to the digest its event names. */
  | 'media-mismatch'
  /** A recording was sealed because its number became protected later (P8). */
  | 'recording-sealed-late'
  /** A list of who must not be recorded came with fewer entries than can be believed (T3). */
  | 'list-shrunk'
  /** Nobody answered a registration by the time that its receipt names (T7). */
  | 'registration-overdue'
  /** A message of the registry could not be sent: somebody waits for an answer, or does not know of a case (T7, T9). */
  | 'notice-failed'
  /** A client had more calls decided that it then neither connected nor ended than can be chance: it may look for answers. */
  | 'probing';

/** Stream `finding-<kind>-<about>`: the same matter is raised once. */
export type FindingRaised = DomainEvent<
  'audit.FindingRaised',
  {
    readonly kind: FindingKind;
    /** Event id that shows it. */ readonly evidence: string;
    /** Stream id concerned. */ readonly about: string;
    readonly detail: string;
  }
>;

/** An operator set aside an event that halted one of this context's consumers. Stream `parked-<consumer>`. */
export type EventParked = DomainEvent<'audit.EventParked', EventParkedData>;

export type AuditEvent = FindingRaised | EventParked;
