import { json } from './calls.js';
import type { HttpConnection } from './http-connection.js';

export interface ProtectionRequest {
  /** In any form a phone export has; or `caller`, one of the two. */
  readonly number?: string;
  /** A person in custody, protected whomever they call. */
  readonly caller?: string;
  readonly reason: string;
  readonly basis: string;
  readonly effectiveFrom?: string;
}

/** Something that a person should look at once more; what was entered stands all the same. */
export interface EntryWarning {
  readonly code: 'near-match';
  readonly field: string;
  readonly detail: string;
}

/** What a second person is to agree to. */
export interface ProposedEnd {
  readonly caseId: string;
  readonly proposal: string;
  readonly due: string;
}

/** Who must not be recorded. */
export class Protections {
  constructor(private readonly http: HttpConnection) {}

  protect(
    request: ProtectionRequest,
  ): Promise<{ readonly protectionId: string; readonly since: string; readonly warnings?: readonly EntryWarning[] }> {
    return this.http.json('POST', '/api/protections', json(request));
  }

  /** A first person asks to end what this protection says. */
  proposeEnd(protectionId: string, basis: string): Promise<ProposedEnd> {
    return this.http.json('POST', `/api/protections/${encodeURIComponent(protectionId)}/end`, json({ basis }));
  }

  /** A second person agrees. The number stays protected while any other source stands. */
  agreeToEnd(
    protectionId: string,
    { caseId, proposal }: Pick<ProposedEnd, 'caseId' | 'proposal'>,
  ): Promise<{ readonly caseId: string }> {
    const agreement = json({ case: caseId, proposal });
    return this.http.json('POST', `/api/protections/${encodeURIComponent(protectionId)}/end`, agreement);
  }

  /** Protected or not and since when, nothing else; the check is an event. */
  check(number: string): Promise<{ readonly protected: boolean; readonly since?: string }> {
    return this.http.json('POST', '/api/protections/check', json({ number }));
  }

  /** Has a code called out to a number, protected or not; needs no token. */
  requestCode(number: string): Promise<{ readonly expires: string }> {
    return this.http.json('POST', '/api/protections/check/codes', json({ number }));
  }

  /** The same as `check` for whoever answers at the number, on a client without a token: with one it is refused. */
  selfCheck(number: string, code: string): Promise<{ readonly protected: boolean; readonly since?: string }> {
    return this.http.json('POST', '/api/protections/check', json({ number, code }));
  }
}
