import type { DomainEvent } from '@privity/kernel';

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

/** Where both ends of a call are, as far as it is known, and by which rules the consent to record was found. */
export interface CallJurisdiction {
  /** State of the facility. Absent: no such facility. */
  readonly facility?: string;
  /** State of the dialled number. Absent: not known, or the call is private and it does not matter (P12). */
  readonly callee?: string;
  /** Version of the rules; 0: none were set. */
  readonly rules: number;
}
