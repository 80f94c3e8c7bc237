import type { CallDecided, ReasonCode } from '@privity/routing';
import type { Principal, Role } from '@privity/service';

export interface CallAnswer {
  readonly callId: string;
  readonly outcome: CallDecided['data']['outcome'];
  readonly recording: CallDecided['data']['recording'];
  readonly reasons: readonly ReasonCode[];
  readonly notices: CallDecided['data']['notices'];
  /** Seconds. */
  readonly maxSeconds: number;
  /** Id of the decision event. */
  readonly decision: string;
}

const SEES_REASONS: readonly Role[] = ['auditor', 'supervisor', 'privacy-officer', 'operator'];

/**
 * What the asker learns. A dialler gets no reasons: an answer that told "protected" from "stale" would be an oracle for who
 * is a lawyer (P12).
 */
export function callAnswer(
  callId: string,
  decisionId: string,
  decision: CallDecided['data'],
  asker: Pick<Principal, 'roles'>,
): CallAnswer {
  const { outcome, recording, reasons, notices, maxSeconds } = decision;
  return {
    callId,
    outcome,
    recording,
    reasons: seesReasons(asker) ? reasons : [],
    notices,
    maxSeconds,
    decision: decisionId,
  };
}

const SEES_PRIVATE_CALLS: readonly Role[] = ['dialler', 'auditor', 'privacy-officer', 'operator'];

/** A supervisor listens, as an investigator does: to them a private call answers like one that never was (P12). */
export function seesPrivateCalls({ roles }: Pick<Principal, 'roles'>): boolean {
  return roles.some((role) => SEES_PRIVATE_CALLS.includes(role));
}

export function seesReasons({ roles }: Pick<Principal, 'roles'>): boolean {
  return roles.some((role) => SEES_REASONS.includes(role));
}
