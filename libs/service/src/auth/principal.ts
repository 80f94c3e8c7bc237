/** Closed list of the roles a token may carry (api.md), and two for machines. */
export const ROLES = [
  'dialler',
  'registrar',
  'approver',
  'attorney',
  'investigator',
  'supervisor',
  'privacy-officer',
  'court-liaison',
  'request-officer',
  'auditor',
  'operator',
  'simulate',
  'service',
  'partner',
] as const;
export type Role = (typeof ROLES)[number];

export function isRole(value: unknown): value is Role {
  return ROLES.some((role) => role === value);
}

/** Who is asking, as a verified token says. `subject` is what events carry as `actor`. */
export interface Principal {
  readonly subject: string;
  readonly roles: readonly Role[];
  /** Bounds the person to one facility where set. */
  readonly facility?: string;
  /** The integrator on whose behalf calls are named; call ids are unique within it. */
  readonly client: string;
  /** Seconds since the epoch; the token is refused from then on. */
  readonly expires: number;
}
