import type { CallDecided, CallEvent, NoticeAnswered } from './events.js';

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
}

export function initialState(): CallState {
  return { answers: {}, connected: false, ended: false, revoked: false, claimed: false };
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
  }
}
