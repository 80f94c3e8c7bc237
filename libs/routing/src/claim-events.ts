import type { BlindIndex, DomainEvent } from '@privity/kernel';

/**
 * A party to a call says that it is privileged (T11): recording stops, what was recorded is sealed, and the registry protects
 * the number on this word until somebody finds out. On the call's stream.
 */
export type PrivilegeClaimed = DomainEvent<
  'routing.PrivilegeClaimed',
  { readonly party: 'caller' | 'callee'; readonly dialed: BlindIndex }
>;

/** The same, for decisions about other calls until the registry has heard of it. Stream `claimed-<index>`. */
export type NumberClaimed = DomainEvent<
  'routing.NumberClaimed',
  {
    readonly dialed: BlindIndex;
    /** Stream id of the call in which it was claimed. */
    readonly claim: string;
  }
>;

/**
 * One of the few calls that a number gets while it is only claimed. Durable before the decision: two replicas cannot both give
 * the last one. Stream `claimed-<index>`.
 */
export type ClaimedCallAdmitted = DomainEvent<
  'routing.ClaimedCallAdmitted',
  {
    readonly dialed: BlindIndex;
    /** The first claim that stands: where another one begins, calls are counted anew. */
    readonly claim: string;
  }
>;
