import type { ClaimedCallAdmitted, NumberClaimed, PrivilegeClaimed } from './claim-events.js';
import type { RegistryVerdictChanged } from './verdict-events.js';
import type { BlindIndex, DomainEvent, Instant, SealedValue } from '@privity/kernel';
import type { BlockEnded, BlockEvent, NumberBlocked } from './block-events.js';
import type { CallingHours } from './calling-hours.js';

export type * from './block-events.js';
export type { CallingHours, Weekday } from './calling-hours.js';

export type * from './claim-events.js';
export type * from './verdict-events.js';

export type FacilityListed = DomainEvent<
  'routing.FacilityListed',
  {
    readonly facility: string;
    readonly name: string;
    readonly state: string;
    readonly type: string;
    /** Average daily population. */
    readonly population: number;
    /** IANA time zone. */
    readonly timezone: string;
  }
>;

export interface NoticeRule {
  readonly party: 'caller' | 'callee';
  readonly language: string;
  readonly acceptance: 'required' | 'none';
}

/** What a facility decides for itself. It can only make a call more private or refuse it (P2). */
export interface FacilityPolicy {
  /** Whether a call needs the dialled number on the caller's list, approved. */
  readonly allowedList: 'required' | 'off';
  /** Whether the roster must place the caller at the calling facility, or a difference is only noted. */
  readonly presence: 'required' | 'noted';
  readonly recording: 'permitted' | 'off';
  /** Played in order before recording. Recording needs at least one (P1). */
  readonly notices: readonly NoticeRule[];
  /** Longest call, seconds. */
  readonly maxSeconds: number;
  /** What becomes of a call when a required acceptance is not given; absent: it goes on unrecorded. */
  readonly declined?: 'unrecorded' | 'not-connected';
  /** When calls may be made, by the facility's own clock. Absent: always. */
  readonly hours?: readonly CallingHours[];
}

export type FacilityPolicySet = DomainEvent<
  'routing.FacilityPolicySet',
  {
    readonly facility: string;
    readonly version: number;
    readonly policy: FacilityPolicy;
    /** The date it was scheduled for; absent: it was not. */
    readonly from?: Instant;
  }
>;

/**
 * A policy for later, in place of one scheduled for the same instant. It comes into force by a `FacilityPolicySet`, when the
 * server's clock says so: a decision depends on positions only, never on a time that a client sent.
 */
export type FacilityPolicyScheduled = DomainEvent<
  'routing.FacilityPolicyScheduled',
  { readonly facility: string; readonly policy: FacilityPolicy; readonly from: Instant }
>;

/** Whose consent to a recording a state asks for. */
export type Consent = 'all-party' | 'one-party';

/** What one state asks for in a time. Facts that change: somebody who knows the law sets them, none is built in. */
export interface JurisdictionRule {
  /** Two capitals: `CA`. */
  readonly state: string;
  readonly consent: Consent;
  /** First day, YYYY-MM-DD. */
  readonly from: string;
  /** Last day, YYYY-MM-DD. Absent: in force until further notice. */
  readonly until?: string;
  /** Where the rule stands: `Cal. Penal Code 632`. */
  readonly source: string;
}

/** All rules, in the place of all that were there before. Stream `jurisdictions`. */
export type JurisdictionRulesSet = DomainEvent<
  'routing.JurisdictionRulesSet',
  { readonly version: number; readonly rules: readonly JurisdictionRule[] }
>;

/** Somebody asked what a policy would have changed over the last days' calls; it changes nothing. Stream `policy-trials-<facility>`. */
export type PolicyTried = DomainEvent<
  'routing.PolicyTried',
  { readonly facility: string; readonly policy: FacilityPolicy; readonly days: number }
>;

/** A person in custody as the roster has them. Stream `caller-<index>`. */
export type CallerListed = DomainEvent<
  'routing.CallerListed',
  {
    readonly caller: BlindIndex;
    /** Sealed JSON: `{number, last, first, born}`. */
    readonly person: SealedValue;
    /** Of name and date of birth: equal for one person under two ids. Absent where either is not known. */
    readonly match?: BlindIndex;
    readonly facility: string;
    readonly status: 'in' | 'out-court' | 'released';
  }
>;

/** A movement record. It informs presence only; protection follows the number everywhere (T6). */
export type CallerMoved = DomainEvent<
  'routing.CallerMoved',
  {
    readonly caller: BlindIndex;
    readonly from: string;
    readonly to: string;
    /** Local date, YYYY-MM-DD. */
    readonly on: string;
  }
>;

export interface AllowedNumber {
  readonly index: BlindIndex;
  /** As the list calls the person, in capitals. ATTORNEY and LEGAL protect the number for everyone. */
  readonly relation: string;
  readonly status: 'approved' | 'pending' | 'denied';
}

/** Entries new or changed on a caller's list of allowed numbers. Stream `caller-<index>`. */
export type NumbersAllowed = DomainEvent<
  'routing.NumbersAllowed',
  { readonly caller: BlindIndex; readonly numbers: readonly AllowedNumber[] }
>;

export type DirectoryKind = 'facilities' | 'roster' | 'allowed-numbers' | 'movements';

/** A file was read to its end and all it says is in effect. Stream `import-<id>`. */
export type DirectoryImported = DomainEvent<
  'routing.DirectoryImported',
  {
    readonly importId: string;
    readonly kind: DirectoryKind;
    /** SHA-256 of the file, hex. */
    readonly digest: string;
    readonly rows: number;
    readonly added: number;
    readonly unchanged: number;
    readonly rejected: number;
  }
>;

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

/** Where both ends of a call are, as far as it is known, and by which rules the consent to record was found. */
export interface CallJurisdiction {
  /** State of the facility. Absent: no such facility. */
  readonly facility?: string;
  /** State of the dialled number. Absent: not known, or the call is private and it does not matter (P12). */
  readonly callee?: string;
  /** Version of the rules; 0: none were set. */
  readonly rules: number;
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

export type DirectoryEvent =
  | FacilityListed
  | FacilityPolicySet
  | JurisdictionRulesSet
  | FacilityPolicyScheduled
  | CallerListed
  | CallerMoved
  | NumbersAllowed
  | DirectoryImported
  | NumberClaimed
  | ClaimedCallAdmitted
  | NumberBlocked
  | BlockEnded;
export type CallEvent =
  CallDecided | NoticeAnswered | CallConnected | CallEnded | PermitRevoked | PrivilegeClaimed | PartyJoined;
export type RoutingEvent = DirectoryEvent | BlockEvent | PolicyTried | CallEvent | RegistryVerdictChanged;
