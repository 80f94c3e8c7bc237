import type { BlindIndex, Instant } from '@privity/kernel';
import type { NoticeAnswered, OtherNumbers, PermitRevoked, PrivilegeClaimed } from './events.js';

/** One call as asked for. A hotline call comes without its caller: whoever builds this drops the caller first (P11). */
export interface CallRequest {
  readonly facility: string;
  readonly caller?: BlindIndex;
  /** Absent when the dialled digits cannot be read as a number. */
  readonly dialed?: BlindIndex;
  readonly others?: OtherNumbers;
  /** Of everybody who joined since the decision: their state, or none where it is not known. Nobody asked them. */
  readonly joined?: readonly (string | undefined)[];
  /** State of the dialled number's area code. Absent: not known. A blind index does not tell. */
  readonly calleeState?: string;
  /** A block found under any live epoch of the keys, where there is one. */
  readonly block?: string;
  readonly at: Instant;
}

export interface AnswerNotice {
  readonly type: 'AnswerNotice';
  readonly party: NoticeAnswered['data']['party'];
  readonly result: NoticeAnswered['data']['result'];
  /** Of the server: when the call ends, if the answer ends it. */
  readonly at: Instant;
}
export interface ConnectCall {
  readonly type: 'ConnectCall';
  readonly at: Instant;
}
export interface EndCall {
  readonly type: 'EndCall';
  readonly at: Instant;
}
/** Nobody has said that the call ended, and it can no longer go on. */
export interface LapseCall {
  readonly type: 'LapseCall';
  readonly at: Instant;
  /** What whoever noticed took it for: a call that connected meanwhile is another one, with a later limit. */
  readonly connected: boolean;
}
export interface RevokePermit {
  readonly type: 'RevokePermit';
  readonly reasons: PermitRevoked['data']['reasons'];
}

export interface ClaimPrivilege {
  readonly type: 'ClaimPrivilege';
  readonly party: PrivilegeClaimed['data']['party'];
}

export interface AddParty {
  readonly type: 'AddParty';
  /** Absent: it cannot be read, or must not be named. */
  readonly number?: BlindIndex;
  /** Of the number's area code. Absent: not known. */
  readonly state?: string;
}

/** What may happen to a call after it was decided. */
export type CallCommand = AnswerNotice | ConnectCall | EndCall | LapseCall | RevokePermit | ClaimPrivilege | AddParty;
