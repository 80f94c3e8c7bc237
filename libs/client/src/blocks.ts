import { json } from './calls.js';
import type { HttpConnection } from './http-connection.js';

export interface BlockRequest {
  /** In any form a phone export has. */
  readonly number: string;
  /** Whom it stops: a person in custody, or a `facility`; with neither of them everybody. */
  readonly caller?: string;
  readonly facility?: string;
  readonly kind: 'no-contact-order' | 'callee-request' | 'facility';
  readonly basis: string;
}

export interface ShownBlock extends BlockRequest {
  readonly blockId: string;
  readonly since: string;
  readonly blockedBy: string;
}

/** Numbers that must not be called. */
export class Blocks {
  constructor(private readonly http: HttpConnection) {}

  block(request: BlockRequest): Promise<{ readonly blockId: string }> {
    return this.http.json('POST', '/api/blocks', json(request));
  }

  /** By a second person. */
  end(blockId: string, basis: string): Promise<{ readonly state: 'ended' }> {
    return this.http.json('POST', `/api/blocks/${encodeURIComponent(blockId)}/end`, json({ basis }));
  }

  /** Those that stand; that somebody looked is an event. */
  list(
    page: { readonly after?: string; readonly limit?: number } = {},
  ): Promise<{ readonly blocks: readonly ShownBlock[]; readonly next?: string }> {
    return this.http.json('GET', '/api/blocks', { query: page });
  }
}
