import type { BlindIndex, DomainEvent, Instant, SealedValue } from '@privity/kernel';
import type { SourceMatch } from './protection-events.js';

/** Why somebody has to look at a protection. Nothing ends by itself: each of these only asks. */
export type CaseCause =
  /** A member of staff asked to end it. */
  | 'end-asked'
  /** A bar roll says that an active attorney is no longer. */
  | 'status-changed'
  /** Whoever answers at the roll's own contact did not register these numbers. */
  | 'not-confirmed'
  /** Only a person in custody says that the number is a lawyer's. */
  | 'unverified-relation'
  /** Somebody in custody has name and date of birth of a protected person: perhaps one person under two ids. */
  | 'unresolved-match'
  /** Nobody has said for a year that it still holds. */
  | 'attestation-due'
  /** A party to a call says that it is privileged (T11). */
  | 'privilege-claimed';

/** A protection needs looking at. Stream `case-<case>`; one that was settled may open again. */
export type CaseOpened = DomainEvent<
  'registry.CaseOpened',
  {
    readonly case: string;
    readonly cause: CaseCause;
    /** Stream of the attorney, where it is about one. */
    readonly attorney?: string;
    readonly of: 'number' | 'caller';
    readonly indexes: readonly BlindIndex[];
    /** The sources that a settlement may end; all others stand. */
    readonly ends: SourceMatch;
    readonly due: Instant;
  }
>;

/** A first person asks to end the protection of these, and says why. */
export type CaseEndProposed = DomainEvent<
  'registry.CaseEndProposed',
  {
    readonly case: string;
    /** What a second person agrees to: this proposal, and none that came after they looked. */
    readonly proposal: string;
    readonly proposedBy: string;
    /** Those of the case whose line is the attorney's own: an office's line outlives its lawyer. */
    readonly indexes: readonly BlindIndex[];
    readonly statement: SealedValue;
  }
>;

/** Whoever proposed an end asked to agree to it as well. */
export type CaseSettlementRefused = DomainEvent<
  'registry.CaseSettlementRefused',
  { readonly case: string; readonly askedBy: string; readonly reason: 'same-person' }
>;

/** Somebody looked at a case, and at the numbers that it is about (P4). */
export type CaseViewed = DomainEvent<'registry.CaseViewed', { readonly case: string }>;

/** `ended`: a second person agreed, and `ProtectionEnded` follows for each; `kept`: one person, or the roll itself, said that all of it stands. */
export type CaseSettled = DomainEvent<
  'registry.CaseSettled',
  {
    readonly case: string;
    readonly cause: CaseCause;
    readonly outcome: 'ended' | 'kept';
    readonly proposal?: string;
    readonly proposedBy?: string;
    readonly settledBy: string;
    readonly of: 'number' | 'caller';
    /** What ends; empty where all is kept. */
    readonly indexes: readonly BlindIndex[];
    readonly ends: SourceMatch;
    readonly attorney?: string;
  }
>;
