import type { BlindIndex, DomainEvent, Instant } from '@privity/kernel';
import type { CallJurisdiction } from './jurisdiction-events.js';
import type { NoticeRule } from './policy-events.js';

/** Closed list, documented in docs/routing.md. A new reason is a new version of `CallDecided`. */
export type ReasonCode =
  // why a call is denied
  | 'invalid-number'
  | 'not-on-allowed-list'
  | 'caller-not-here'
  | 'caller-unknown'
  | 'facility-unknown'
  | 'claim-unsettled'
  | 'number-blocked'
  | 'outside-hours'
  // why it connects unrecorded
  | 'number-protected'
  | 'caller-protected'
  | 'hotline'
  | 'legal-relation-listed'
  | 'privilege-claimed'
  | 'party-unknown'
  | 'facility-policy'
  | 'consent-not-asked'
  | 'registry-stale'
  | 'registry-empty'
  | 'registry-digest-mismatch'
  // noted only
  | 'caller-elsewhere'
  | 'caller-unlisted';

/** The registry as routing saw it while deciding (P3). */
export interface RegistryViewUsed {
  /** Last applied position of each shard. */
  readonly positions: readonly number[];
  /** SHA-256, hex, over the twelve shards' digests of protected entries at these positions. */
  readonly digest: string;
  readonly protectedNumbers: number;
  /** Milliseconds since the newest heartbeat that agreed with this view was asked for; -1: none yet. */
  readonly ageMs: number;
  readonly state: 'fresh' | 'stale' | 'mismatch';
}

/** Routing's own directory (facilities, roster, lists, policies) as it stood while deciding. */
export interface DirectoryViewUsed {
  /** Position of the last applied directory event of each shard; 0: none. Calls, in the same shards, do not count. */
  readonly positions: readonly number[];
  /** SHA-256, hex, over the ids of these events, each length-prefixed; empty where there is none. */
  readonly digest: string;
}

/**
 * The answer to one call, with all that it rests on, so that replay can derive it again byte for byte (P7).
 * Blind indexes and codes only. For a hotline `caller` is absent and was never looked at (P11).
 */
export type CallDecided = DomainEvent<
  'routing.CallDecided',
  {
    readonly facility: string;
    readonly caller?: BlindIndex;
    /** Absent when the dialled digits cannot be read as a number; they are then dropped. */
    readonly dialed?: BlindIndex;
    /** Of a call that other numbers have to do with. */
    readonly others?: OtherNumbers;
    /** The block that denies it: it may stand under other epochs of the keys than `dialed` and `caller`. */
    readonly block?: string;
    /** The edge's clock: governs hours, presence and which states' rules hold. */
    readonly at: Instant;
    readonly outcome: 'connect' | 'deny';
    readonly recording: 'off' | 'after-notice';
    /** Every reason that holds, in the order of `ReasonCode`. */
    readonly reasons: readonly ReasonCode[];
    readonly notices: readonly NoticeRule[];
    /** The call ends when a required acceptance is declined or not answered. Absent: it goes on unrecorded. */
    readonly declined?: 'not-connected';
    readonly maxSeconds: number;
    /** Version 0: the facility has none, and the strictest policy applied. */
    readonly policyVersion: number;
    /** Absent in version 1, which knew no rules. */
    readonly jurisdiction?: CallJurisdiction;
    readonly registry: RegistryViewUsed;
    readonly directory: DirectoryViewUsed;
  }
>;

/** Numbers beside the dialled one that a call goes through or reaches: diverted from, called back, joined. */
export interface OtherNumbers {
  readonly indexes: readonly BlindIndex[];
  /** Further ones cannot be read as numbers. */
  readonly unread?: true;
}

/**
 * The edge noticed another party in a call that was decided: a transfer, a conference, a diversion. Whether the call may still be
 * recorded is decided again. A number that cannot be read is absent; so is a hotline's, since the decision names who calls (P11).
 */
export type PartyJoined = DomainEvent<
  'routing.PartyJoined',
  {
    readonly number?: BlindIndex;
    /** Of the number's area code. Absent: not known. */
    readonly state?: string;
  }
>;

export type NoticeAnswered = DomainEvent<
  'routing.NoticeAnswered',
  { readonly party: 'caller' | 'callee'; readonly result: 'accepted' | 'declined' | 'no-answer' }
>;
export type CallConnected = DomainEvent<'routing.CallConnected', { readonly at: Instant }>;
/** A call is over, whoever says so first. */
export type CallEnded = DomainEvent<
  'routing.CallEnded',
  {
    /** The edge's clock; routing's own where `by` is given. */
    readonly at: Instant;
    readonly connected: boolean;
    /** Absent: the edge said so. `timeout`: nobody did, and the call can no longer go on. */
    readonly by?: 'timeout';
  }
>;

/**
 * Recording of this call stops now and does not begin again: a renewal was decided again and no longer permits. `reasons` are
 * those of that decision; none when a party declined after all.
 */
export type PermitRevoked = DomainEvent<'routing.PermitRevoked', { readonly reasons: readonly ReasonCode[] }>;
