import type { DomainEvent, Instant } from '@privity/kernel';
import type { CallingHours } from './calling-hours.js';

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

/** Somebody asked what a policy would have changed over the last days' calls; it changes nothing. Stream `policy-trials-<facility>`. */
export type PolicyTried = DomainEvent<
  'routing.PolicyTried',
  { readonly facility: string; readonly policy: FacilityPolicy; readonly days: number }
>;
