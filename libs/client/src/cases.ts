import { json } from './calls.js';
import type { HttpConnection } from './http-connection.js';

/** Exactly one of the three; for a number or a person also whose word may end. */
export interface CaseRequest {
  readonly attorney?: string;
  readonly number?: string;
  readonly caller?: string;
  readonly source?: 'bar-roll' | 'do-not-record' | 'allowed-list' | 'staff' | 'registration' | 'claim';
}

export interface ShownCase {
  readonly caseId: string;
  readonly cause:
    | 'end-asked'
    | 'status-changed'
    | 'not-confirmed'
    | 'unverified-relation'
    | 'unresolved-match'
    | 'attestation-due'
    | 'privilege-claimed';
  readonly attorney?: string;
  readonly of: 'number' | 'caller';
  readonly due: string;
  readonly lines: readonly {
    readonly line: number;
    /** The number, or the id in custody, where it is known. */
    readonly name?: string;
    readonly sources: readonly { readonly kind: string; readonly ref: string }[];
  }[];
  readonly proposal?: {
    readonly id: string;
    readonly proposedBy: string;
    readonly lines: readonly number[];
    readonly basis: string;
  };
}

/** Something that waits for a person in the registry. */
export interface WorkItem {
  readonly kind: string;
  readonly owner: string;
  readonly due: string;
  readonly events: readonly string[];
  readonly [detail: string]: unknown;
}

/** Whether protections still hold: what one person asks to end, a second one agrees to. */
export class Cases {
  constructor(private readonly http: HttpConnection) {}

  open(request: CaseRequest): Promise<{ readonly caseId: string; readonly due: string }> {
    return this.http.json('POST', '/api/registry/cases', json(request));
  }

  /** That somebody looked is an event. */
  show(caseId: string): Promise<ShownCase> {
    return this.http.json('GET', pathOf(caseId));
  }

  /** Of an attorney's case: `lines`, each with whose it is; else all of it. */
  propose(
    caseId: string,
    proposal: {
      readonly basis: string;
      readonly lines?: readonly { readonly line: number; readonly owner: 'attorney' | 'office' }[];
    },
  ): Promise<{ readonly proposal: string }> {
    return this.http.json('POST', `${pathOf(caseId)}/proposal`, json(proposal));
  }

  /** A second person agrees to this proposal, and to none that came since. */
  agree(caseId: string, proposal: string): Promise<void> {
    return this.http.json('POST', `${pathOf(caseId)}/settlement`, json({ outcome: 'ended', proposal }));
  }

  /** All stands as it was. */
  keep(caseId: string): Promise<void> {
    return this.http.json('POST', `${pathOf(caseId)}/settlement`, json({ outcome: 'kept' }));
  }

  /** All that waits for a person, what is due first first. */
  work(): Promise<{ readonly items: readonly WorkItem[] }> {
    return this.http.json('GET', '/api/registry/work');
  }
}

function pathOf(caseId: string): string {
  return `/api/registry/cases/${encodeURIComponent(caseId)}`;
}
