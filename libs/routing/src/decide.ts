import { PrivityError } from '@privity/kernel';
import type { AnswerNotice, CallCommand, CallRequest, ClaimPrivilege } from './commands.js';
import type { CallDecided, CallEvent, ReasonCode } from './events.js';
import type { CallState } from './evolve.js';
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

/** A command that does not fit what the call already is. `code` names why; HTTP 404 or 409. */
export class CallRefused extends PrivityError {
  constructor(code: 'call-not-found' | 'call-denied' | 'call-ended' | 'call-not-permitted', message: string) {
    super(code, code === 'call-not-found' ? 404 : 409, message);
  }
}

/** What a command adds to a call that was decided. Repeating a command adds nothing. */
export function decide(command: CallCommand, state: CallState): readonly CallEvent[] {
  if (state.decision === undefined) throw new CallRefused('call-not-found', 'no such call');
  if (state.decision.outcome === 'deny') throw new CallRefused('call-denied', 'the call was denied');
  switch (command.type) {
    case 'AnswerNotice': {
      const { party, result } = command;
      if (!state.decision.notices.some((notice) => notice.party === party)) {
        throw new CallRefused('call-not-permitted', `this call has no notice for the ${party}`);
      }
      const given = state.answers[party];
      // A refusal stands: nobody is asked until they give in.
      if (given === result || given === 'declined') return [];
      if (state.ended) throw new CallRefused('call-ended', 'the call has ended');
      const answered: CallEvent = { type: 'routing.NoticeAnswered', data: { party, result } };
      if (!endsCall(command, state)) return [answered];
      return [answered, { type: 'routing.CallEnded', data: { at: command.at, connected: state.connected } }];
    }
    case 'ConnectCall':
      if (state.connected) return [];
      if (state.ended) throw new CallRefused('call-ended', 'the call has ended');
      return [{ type: 'routing.CallConnected', data: { at: command.at } }];
    case 'EndCall':
      if (state.ended) return [];
      return [{ type: 'routing.CallEnded', data: { at: command.at, connected: state.connected } }];
    case 'LapseCall':
      if (state.ended || state.connected !== command.connected) return [];
      return [{ type: 'routing.CallEnded', data: { at: command.at, connected: state.connected, by: 'timeout' } }];
    case 'RevokePermit':
      if (state.ended || state.revoked) return [];
      return [{ type: 'routing.PermitRevoked', data: { reasons: command.reasons } }];
    case 'AddParty': {
      const { number } = command;
      const { indexes, unread } = state.joined;
      const isKnown = number === undefined ? unread : indexes.includes(number);
      // Who joins a call to a hotline could tell who makes it (P11).
      if (state.ended || isKnown || state.decision.reasons.includes('hotline')) return [];
      const { type: _, ...data } = command;
      return [{ type: 'routing.PartyJoined', data }];
    }
    case 'ClaimPrivilege':
      return claimPrivilege(command, state.decision, state);
  }
}

/** Also of a call that has ended: what was recorded of it is sealed. Who is protected already needs no claim, and a hotline gets none (P11). */
function claimPrivilege({ party }: ClaimPrivilege, decision: CallDecided['data'], state: CallState): CallEvent[] {
  const { dialed, reasons } = decision;
  const isKnown = reasons.includes('number-protected') || reasons.includes('hotline');
  if (state.claimed || isKnown || dialed === undefined) return [];
  const claimed: CallEvent = { type: 'routing.PrivilegeClaimed', data: { party, dialed } };
  if (state.ended || state.revoked || decision.recording === 'off') return [claimed];
  return [claimed, { type: 'routing.PermitRevoked', data: { reasons: ['privilege-claimed'] } }];
}

/** Whoever joined heard no notice. */
function joinedUnasked({ joined = [] }: CallRequest, { consent }: CallFacts): boolean {
  return joined.length > 0 && consent === 'all-party';
}

/** Whether a required acceptance is not given where the policy then has no call. One that is not recorded any more goes on. */
function endsCall({ party, result }: AnswerNotice, { decision, revoked }: CallState): boolean {
  if (decision?.declined !== 'not-connected' || result === 'accepted' || revoked) return false;
  return decision.notices.some((notice) => notice.party === party && notice.acceptance === 'required');
}

export type PermitRefusal = 'not-permitted' | 'notice-unanswered' | 'notice-declined' | 'permit-revoked' | 'call-ended';

/**
 * Why a call has no permit to be recorded; undefined: it has one. Every condition is read from durable events (P1):
 * the decision permits, every required acceptance was given, no notice was declined, and nothing ended it since.
 */
export function permitRefusal(state: CallState): PermitRefusal | undefined {
  const { decision } = state;
  if (decision?.outcome !== 'connect' || decision.recording !== 'after-notice') return 'not-permitted';
  if (decision.notices.length === 0) return 'not-permitted';
  if (state.ended) return 'call-ended';
  if (state.revoked) return 'permit-revoked';
  if (decision.notices.some(({ party }) => state.answers[party] === 'declined')) return 'notice-declined';
  const answered = decision.notices.every(
    ({ party, acceptance }) => acceptance === 'none' || state.answers[party] === 'accepted',
  );
  return answered ? undefined : 'notice-unanswered';
}
