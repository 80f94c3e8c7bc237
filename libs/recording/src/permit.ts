import { isBlindIndex, isUuid, type BlindIndex } from '@privity/kernel';

/** What routing signs: this call, with these parties, may be recorded by this decision. */
export interface PermitClaims {
  readonly jti: string;
  /** Stream id of the call. */
  readonly call: string;
  /** The dialler's own id of the call. */
  readonly callId: string;
  /** Event id of the decision. */
  readonly decision: string;
  readonly facility: string;
  readonly caller: BlindIndex;
  readonly dialed: BlindIndex;
}

const CALL_STREAM = /^call-[A-Za-z0-9_-]{43}$/;
const CALL_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** A dialler's call id becomes part of an object's name: no separator can stand in it. */
export function isCallId(text: string): boolean {
  return CALL_ID.test(text);
}

export function isCallStream(text: string): boolean {
  return CALL_STREAM.test(text);
}

/** The claims of a payload whose signature holds, or undefined when one is missing or of the wrong shape. */
export function permitClaims(payload: Readonly<Record<string, unknown>>): PermitClaims | undefined {
  const { jti, call, callId, decision, facility, caller, dialed } = payload;
  if (typeof jti !== 'string' || typeof call !== 'string' || typeof callId !== 'string') return undefined;
  if (typeof decision !== 'string' || typeof facility !== 'string') return undefined;
  if (typeof caller !== 'string' || typeof dialed !== 'string') return undefined;
  if (!isCallStream(call) || !isCallId(callId) || !isUuid(decision)) return undefined;
  if (!isBlindIndex(caller) || !isBlindIndex(dialed)) return undefined;
  return { jti, call, callId, decision, facility, caller, dialed };
}

/** A renewal must be for the same call, parties and decision, or it is no renewal. */
export function samePermit(a: PermitClaims, b: PermitClaims): boolean {
  return (
    a.call === b.call &&
    a.callId === b.callId &&
    a.decision === b.decision &&
    a.facility === b.facility &&
    a.caller === b.caller &&
    a.dialed === b.dialed
  );
}
