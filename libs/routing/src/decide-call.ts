import type { CallRequest } from './commands.js';
import type { CallDecided, ReasonCode } from './events.js';
import type { CallFacts } from './facts.js';
import { asksEverybody, noticesFor } from './jurisdictions.js';
import { inOrder, REASONS } from './reasons.js';

/**
 * Decides one call. Pure: the same request and facts give the same bytes, which is what replay checks (P7). Whatever
 * is not proven harmless leaves recording off (P1, P3); a protected number connects without any check of lists (T16).
 */
export function decideCall(request: CallRequest, facts: CallFacts): CallDecided {
  const reasons = inOrder(reasonsFor(request, facts));
  const denied = reasons.some((reason) => REASONS[reason] === 'deny');
  const unrecorded = denied || reasons.some((reason) => REASONS[reason] === 'unrecorded');
  return {
    type: 'routing.CallDecided',
    data: {
      facility: request.facility,
      ...(request.caller !== undefined && !facts.hotline ? { caller: request.caller } : {}),
      ...(request.dialed !== undefined ? { dialed: request.dialed } : {}),
      ...(request.others !== undefined ? { others: request.others } : {}),
      ...(facts.block !== undefined ? { block: facts.block } : {}),
      at: request.at,
      outcome: denied ? 'deny' : 'connect',
      recording: unrecorded ? 'off' : 'after-notice',
      reasons,
      notices: unrecorded ? [] : noticesFor(facts.policy.notices, facts.consent),
      ...(!unrecorded && facts.policy.declined === 'not-connected' ? { declined: facts.policy.declined } : {}),
      maxSeconds: denied ? 0 : longest(facts),
      policyVersion: facts.policyVersion,
      ...(facts.jurisdiction === undefined ? {} : { jurisdiction: facts.jurisdiction }),
      registry: facts.registry,
      directory: facts.directory,
    },
  };
}

/** Until it is settled, a claim is worth so many calls of so many seconds: anybody can make one. */
export const CLAIMED = { calls: 3, seconds: 600 };

/** Where anybody's word protects the number no claim matters. */
function doubtedCalls({ hotline, numberProtected, legalRelation, claimedCalls }: CallFacts): number | undefined {
  return hotline || numberProtected || legalRelation ? undefined : claimedCalls;
}

function longest(facts: CallFacts): number {
  const { maxSeconds } = facts.policy;
  return doubtedCalls(facts) === undefined ? maxSeconds : Math.min(maxSeconds, CLAIMED.seconds);
}

function reasonsFor(request: CallRequest, facts: CallFacts): Set<ReasonCode> {
  const reasons = new Set<ReasonCode>();
  if (request.dialed === undefined) reasons.add('invalid-number');
  if (facts.numberProtected) reasons.add('number-protected');
  // Whom they may call is still for the lists to say: an order that nobody listens is no leave to dial anybody.
  if (facts.callerProtected) reasons.add('caller-protected');
  if (facts.hotline) reasons.add('hotline');
  if (facts.legalRelation) reasons.add('legal-relation-listed');
  const mustConnect = reasons.has('number-protected') || reasons.has('hotline') || reasons.has('legal-relation-listed');
  const claimedCalls = doubtedCalls(facts);
  if (claimedCalls !== undefined || facts.otherClaimed) reasons.add('privilege-claimed');
  if ((claimedCalls ?? 0) >= CLAIMED.calls) reasons.add('claim-unsettled');

  if (request.others?.unread) reasons.add('party-unknown');

  if (facts.policy.recording !== 'permitted' || facts.policy.notices.length === 0) reasons.add('facility-policy');
  // A private call, one that cannot be dialled, and one that no policy records have nobody to be asked.
  const wouldRecord = request.dialed !== undefined && !mustConnect && !facts.callerProtected;
  const isAsked = asksEverybody(facts.policy.notices, facts.consent) && !joinedUnasked(request, facts);
  if (wouldRecord && !reasons.has('facility-policy') && !isAsked) {
    reasons.add('consent-not-asked');
  }
  if (facts.registry.state === 'mismatch') reasons.add('registry-digest-mismatch');
  if (facts.registry.state === 'stale') reasons.add('registry-stale');
  if (facts.registry.protectedNumbers === 0) reasons.add('registry-empty');

  if (facts.hotline) return reasons;
  // Holds against a protected number too: a person may not call a lawyer who refuses them (P3).
  if (facts.block !== undefined) reasons.add('number-blocked');
  const { allowedList, presence } = facts.policy;
  if (!mustConnect) {
    if (!facts.facilityKnown) reasons.add('facility-unknown');
    if (!facts.withinHours) reasons.add('outside-hours');
    const missing = allowedList === 'required' && request.dialed !== undefined && !facts.allowed;
    if (missing) reasons.add('not-on-allowed-list');
    if (!facts.callerListed && (missing || presence === 'required')) reasons.add('caller-unknown');
    if (facts.callerListed && !facts.callerHere && presence === 'required') reasons.add('caller-not-here');
  }
  if (!facts.callerListed && !reasons.has('caller-unknown')) reasons.add('caller-unlisted');
  if (facts.callerListed && !facts.callerHere && !reasons.has('caller-not-here')) reasons.add('caller-elsewhere');
  return reasons;
}

/** Whoever joined heard no notice. */
function joinedUnasked({ joined = [] }: CallRequest, { consent }: CallFacts): boolean {
  return joined.length > 0 && consent === 'all-party';
}
