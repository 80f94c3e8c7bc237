import type { ReasonCode } from './events.js';

/** What a reason does to a call when it holds. A `note` changes nothing. */
export type ReasonEffect = 'deny' | 'unrecorded' | 'note';

/** The closed list of reasons with their effect, in the order in which a decision names them. */
export const REASONS: Readonly<Record<ReasonCode, ReasonEffect>> = {
  'invalid-number': 'deny',
  'not-on-allowed-list': 'deny',
  'caller-not-here': 'deny',
  'caller-unknown': 'deny',
  'facility-unknown': 'deny',
  'claim-unsettled': 'deny',
  'number-blocked': 'deny',
  'outside-hours': 'deny',
  'number-protected': 'unrecorded',
  'caller-protected': 'unrecorded',
  hotline: 'unrecorded',
  'legal-relation-listed': 'unrecorded',
  'privilege-claimed': 'unrecorded',
  'party-unknown': 'unrecorded',
  'facility-policy': 'unrecorded',
  'consent-not-asked': 'unrecorded',
  'registry-stale': 'unrecorded',
  'registry-empty': 'unrecorded',
  'registry-digest-mismatch': 'unrecorded',
  'caller-elsewhere': 'note',
  'caller-unlisted': 'note',
};

const ORDER = Object.keys(REASONS) as readonly ReasonCode[];

/** The reasons of a set, in the order of `REASONS`. */
export function inOrder(reasons: ReadonlySet<ReasonCode>): ReasonCode[] {
  return ORDER.filter((reason) => reasons.has(reason));
}
