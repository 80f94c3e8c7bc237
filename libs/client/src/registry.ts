import { json } from './calls.js';
import type { HttpConnection } from './http-connection.js';

export interface ProtectionRequest {
  /** A number, or a person in custody by the roster's id; one of them. */
  readonly number?: string;
  readonly caller?: string;
  readonly reason: string;
  readonly basis: string;
  readonly effectiveFrom?: string;
}

/** Who must not be recorded. */
export class Protections {
  constructor(private readonly http: HttpConnection) {}

  protect(request: ProtectionRequest): Promise<Readonly<Record<string, unknown>>> {
    return this.http.json('POST', '/api/protections', json(request));
  }

  /** Protected or not and since when, nothing else; the check is an event. */
  check(number: string): Promise<{ readonly protected: boolean; readonly since?: string }> {
    return this.http.json('POST', '/api/protections/check', json({ number }));
  }
}
