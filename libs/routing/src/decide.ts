import { PrivityError } from '@privity/kernel';
import type { AnswerNotice, CallCommand, ClaimPrivilege } from './commands.js';
import type { CallDecided, CallEvent } from './events.js';
import type { CallState } from './evolve.js';

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
