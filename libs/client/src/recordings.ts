import { json } from './calls.js';
import type { HttpConnection } from './http-connection.js';

export interface RecordingSummary {
  readonly id: string;
  readonly [more: string]: unknown;
}

export interface RecordingPage {
  readonly recordings: readonly RecordingSummary[];
  /** Cursor of the next page; absent on the last. */
  readonly next?: string;
}

/** Recordings and their playback. Search and playback are accesses, and events. */
export class Recordings {
  constructor(private readonly http: HttpConnection) {}

  search(query: Readonly<Record<string, string | number | undefined>> = {}): Promise<RecordingPage> {
    return this.http.json('GET', '/api/recordings', { query });
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

  /** Plain mu-law bytes. `range` in bytes, both ends included. */
  audio(playbackId: string, range?: { readonly first: number; readonly last?: number }): Promise<Buffer> {
    const headers = range === undefined ? {} : { range: `bytes=${range.first}-${range.last ?? ''}` };
    return this.http.bytes(`/api/playbacks/${encodeURIComponent(playbackId)}/audio`, { headers });
  }
}
