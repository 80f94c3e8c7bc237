import type { BlindIndex } from '@privity/kernel';
import type { CallRequest } from './commands.js';
import type { CallDecided, CallEvent, NoticeAnswered, OtherNumbers } from './events.js';

export type NoticeResult = NoticeAnswered['data']['result'];

/** A call as its own stream tells it. */
export interface CallState {
  readonly decision?: CallDecided['data'];
  readonly answers: Readonly<Partial<Record<'caller' | 'callee', NoticeResult>>>;
  readonly connected: boolean;
  readonly ended: boolean;
  readonly revoked: boolean;
  /** Somebody who takes part says that it is privileged. */
  readonly claimed: boolean;
  /** Since the decision. */
  readonly joined: OtherNumbers;
  /** Where they are, as `CallRequest.joined` has it. */
  readonly joinedStates: readonly (string | undefined)[];
}

export function initialState(): CallState {
  return {
    answers: {},
    connected: false,
    ended: false,
    revoked: false,
    claimed: false,
    joined: { indexes: [] },
    joinedStates: [],
  };
}

export function evolve(state: CallState, event: CallEvent): CallState {
  switch (event.type) {
    case 'routing.CallDecided':
      return { ...state, decision: event.data };
    case 'routing.NoticeAnswered':
      return { ...state, answers: { ...state.answers, [event.data.party]: event.data.result } };
    case 'routing.CallConnected':
      return { ...state, connected: true };
    case 'routing.CallEnded':
      return { ...state, ended: true };
    case 'routing.PermitRevoked':
      return { ...state, revoked: true };
    case 'routing.PrivilegeClaimed':
      return { ...state, claimed: true };
    case 'routing.PartyJoined':
      return {
        ...state,
        joined: withParty(state.joined, event.data.number),
        joinedStates: [...state.joinedStates, event.data.state],
      };
  }
}

function withParty({ indexes, ...rest }: OtherNumbers, number: BlindIndex | undefined): OtherNumbers {
  return number === undefined ? { indexes, unread: true } : { indexes: [...indexes, number], ...rest };
}

/** What a decision was asked, as far as it says. */
export function askedIn(decision: CallDecided['data']): CallRequest {
  const { facility, caller, dialed, others, block, jurisdiction, at } = decision;
  return {
    facility,
    ...(caller === undefined ? {} : { caller }),
    ...(dialed === undefined ? {} : { dialed }),
    ...(others === undefined ? {} : { others }),
    ...(jurisdiction?.callee === undefined ? {} : { calleeState: jurisdiction.callee }),
    ...(block === undefined ? {} : { block }),
    at,
  };
}

/** The same, with whoever joined since: what a permit is decided by. */
export function requestOf({ decision, joined, joinedStates }: CallState): CallRequest {
  if (decision === undefined) throw new Error('a call without a decision');
  const others = together(decision.others, joined);
  return {
    ...askedIn(decision),
    ...(others === undefined ? {} : { others }),
    ...(joinedStates.length === 0 ? {} : { joined: joinedStates }),
  };
}

function together(before: OtherNumbers | undefined, joined: OtherNumbers): OtherNumbers | undefined {
  const indexes = [...(before?.indexes ?? []), ...joined.indexes];
  if (before?.unread || joined.unread) return { indexes, unread: true };
  return indexes.length === 0 ? undefined : { indexes };
}
