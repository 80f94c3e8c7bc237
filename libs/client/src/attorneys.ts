import { json } from './calls.js';
import type { HttpConnection } from './http-connection.js';
import type { EntryWarning } from './registry.js';
import type { Receipt, RegisteredNumber, RegistrationForm } from './registrations.js';

/** An attorney on a registrar's word. */
export interface AttorneyEntry extends Omit<RegistrationForm, 'as' | 'numbers'> {
  readonly numbers: readonly (string | RegisteredNumber)[];
}

export interface AttorneyTaken extends Receipt {
  readonly attorneyId: string;
  /** Where there were more numbers than one registration holds. */
  readonly furtherReceipts?: readonly string[];
  readonly warnings?: readonly EntryWarning[];
}

/** Somebody who works for an attorney. */
export interface DelegateEntry extends Omit<RegistrationForm, 'as' | 'barState' | 'barNumber' | 'firm'> {
  readonly as: Exclude<RegistrationForm['as'], 'attorney' | undefined>;
}

export interface VerificationAnswer {
  /** The one that was read: another may have come in since. */
  readonly registration: string;
  readonly result: 'confirmed' | 'not-confirmed';
  readonly via: 'roll-contact' | 'bar-office';
}

export interface Verified {
  readonly result: VerificationAnswer['result'];
  readonly registration: string;
}

/** Attorneys and those who work for them, as registrars and approvers see to them. */
export class Attorneys {
  constructor(private readonly http: HttpConnection) {}

  /** Protected at once; a second person verifies. */
  register(attorney: AttorneyEntry): Promise<AttorneyTaken> {
    return this.http.json('POST', '/api/attorneys', json(attorney));
  }

  /** Protected at once; a second person confirms. */
  addDelegate(
    attorneyId: string,
    delegate: DelegateEntry,
  ): Promise<Receipt & { readonly warnings?: readonly EntryWarning[] }> {
    return this.http.json('POST', `/api/attorneys/${encodeURIComponent(attorneyId)}/delegates`, json(delegate));
  }

  /** @throws ProblemError 403 where the same person entered it, 409 where it was answered otherwise */
  verify(attorneyId: string, answer: VerificationAnswer): Promise<Verified> {
    return this.http.json('POST', `/api/attorneys/${encodeURIComponent(attorneyId)}/verification`, json(answer));
  }
}
