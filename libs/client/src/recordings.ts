import { json } from './calls.js';
import type { HttpConnection } from './http-connection.js';

export interface RecordingSummary {
  readonly id: string;
  readonly callId: string;
  readonly facility: string;
  readonly startedAt: string;
  readonly state: 'started' | 'completed';
  readonly seconds?: number;
  readonly bytes?: number;
  readonly ending?: string;
}

export interface SearchQuery {
  readonly call?: string;
  readonly facility?: string;
  readonly from?: string;
  readonly to?: string;
  readonly after?: string;
  readonly limit?: number;
}

/** Every object was decrypted inside the vault and compared with the digest its event names. */
export interface MediaCheck {
  readonly objects: number;
  readonly bytes: number;
  readonly mismatches: readonly string[];
}

export interface RecordingPage {
  readonly recordings: readonly RecordingSummary[];
  /** Cursor of the next page; absent on the last. */
  readonly next?: string;
}

/** Recordings and their playback. Search and playback are accesses, and events. */
export class Recordings {
  constructor(private readonly http: HttpConnection) {}

  search(query: SearchQuery = {}): Promise<RecordingPage> {
    return this.http.json('GET', '/api/recordings', { query: { ...query } });
  }

  get(id: string): Promise<RecordingSummary> {
    return this.http.json('GET', `/api/recordings/${encodeURIComponent(id)}`);
  }

  /** Asks to listen. @throws ProblemError where refused; the refusal is an event */
  play(
    id: string,
    request: { readonly purpose: string; readonly caseNumber?: string },
  ): Promise<{ readonly playbackId: string }> {
    return this.http.json('POST', `/api/recordings/${encodeURIComponent(id)}/playbacks`, json(request));
  }

  /** Has all media checked; takes about as long as reading it does. */
  check(): Promise<MediaCheck> {
    return this.http.json('POST', '/api/recordings/checks');
  }

  /** Plain mu-law bytes. `range` in bytes, both ends included. */
  audio(playbackId: string, range?: { readonly first: number; readonly last?: number }): Promise<Buffer> {
    const headers = range === undefined ? {} : { range: `bytes=${range.first}-${range.last ?? ''}` };
    return this.http.bytes(`/api/playbacks/${encodeURIComponent(playbackId)}/audio`, { headers });
  }
}
