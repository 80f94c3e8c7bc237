import type { FindingKind } from './events.js';

/** Somebody or something noticed a matter. Decided on the stream `matterStream` names. */
export interface RaiseFinding {
  readonly type: 'RaiseFinding';
  readonly kind: FindingKind;
  /** Event id that shows it. */
  readonly evidence: string;
  /** Stream id concerned. */
  readonly about: string;
  /** In words, without personal data: findings are read by more people than recordings are. */
  readonly detail: string;
  /**
   * What else tells one matter from another about the same stream, e.g. the day of an outage: a registry that is stale
   * today is not excused by the finding of last month.
   */
  readonly occasion?: string;
}

export type AuditCommand = RaiseFinding;
