import { json } from './calls.js';
import type { HttpConnection } from './http-connection.js';

export interface RegisteredNumber {
  readonly number: string;
  /** Since when it is to be protected, where it is not since now. */
  readonly effectiveFrom?: string;
}

/** Who registers. `barState` and `barNumber` are the attorney's, also for those who work for one. */
export interface RegistrationForm {
  /** Default `attorney`. */
  readonly as?: 'attorney' | 'paralegal' | 'investigator' | 'interpreter' | 'expert';
  readonly barState: string;
  readonly barNumber: string;
  readonly last: string;
  readonly first: string;
  readonly firm?: string;
  readonly email?: string;
  readonly numbers: readonly RegisteredNumber[];
}

/** That somebody asked, and by when somebody must have answered. */
export interface Receipt {
  readonly receipt: string;
  readonly due: string;
}

export interface ReceiptStatus {
  readonly received: string;
  readonly due: string;
  readonly state: 'open' | 'answered';
  readonly escalated: boolean;
}

export interface ViewedForm {
  readonly registration: string;
  readonly as: RegistrationForm['as'];
  readonly attorney: string;
  /** `[forgotten]` where its key was destroyed. */
  readonly form: Omit<RegistrationForm, 'as' | 'barState'> | '[forgotten]';
  /** Whom to ask: numbers that a bar roll has of the attorney. */
  readonly rollContacts: readonly string[];
}

/** The public form; `register` and `status` need no token. */
export class Registrations {
  constructor(private readonly http: HttpConnection) {}

  /** Answered the same for known and unknown people. @param key the same form sent again under it is the same registration */
  register(form: RegistrationForm, key?: string): Promise<Receipt> {
    const headers = key === undefined ? {} : { headers: { 'idempotency-key': key } };
    return this.http.json('POST', '/api/registrations', { ...json(form), ...headers });
  }

  status(receipt: string): Promise<ReceiptStatus> {
    return this.http.json('GET', `/api/registrations/${encodeURIComponent(receipt)}`);
  }

  /** What was written; the look is an event. */
  form(registration: string): Promise<ViewedForm> {
    return this.http.json('GET', `/api/registrations/${encodeURIComponent(registration)}/form`);
  }
}
