import type { Readable } from 'node:stream';

import type { HttpConnection } from './http-connection.js';

export interface CallRequest {
  /** The dialler's own id, `[A-Za-z0-9._-]{1,64}`; the same id with the same content gets the same answer. */
  readonly callId: string;
  readonly facility: string;
  /** The person in custody, by the roster's id. */
  readonly caller: string;
  /** As dialled; any form a phone export has. */
  readonly dialed: string;
  /** Other numbers that the call goes through, as diversion and history information name them. */
  readonly others?: readonly string[];
  /** RFC 3339; governs hours only. More than five minutes off needs the role `simulate`. */
  readonly at?: string;
}

export interface RequiredNotice {
  readonly party: 'caller' | 'callee';
  readonly language: string;
  readonly acceptance: 'required' | 'none';
}

export interface CallAnswer {
  readonly callId: string;
  readonly outcome: 'connect' | 'deny';
  readonly recording: 'off' | 'after-notice';
  /** Absent without a role that may know why. */
  readonly reasons?: readonly string[];
  readonly notices: readonly RequiredNotice[];
  readonly maxSeconds: number;
  /** Event id of the decision. */
  readonly decision: string;
}

export interface NoticeResult {
  readonly party: 'caller' | 'callee';
  readonly result: 'accepted' | 'declined' | 'no-answer';
}

/** What became of a call's media. */
export interface MediaReceipt {
  readonly recording: string;
  /** Plain mu-law bytes kept. */
  readonly bytes: number;
  readonly seconds: number;
  readonly ending: 'ended' | 'permit-lapsed' | 'permit-revoked' | 'interrupted';
}

export interface CallRecord {
  readonly callId: string;
  readonly state: 'denied' | 'decided' | 'connected' | 'ended';
  readonly decision: CallAnswer;
  readonly events: readonly {
    readonly id: string;
    readonly type: string;
    readonly time: string;
    readonly sequence: number;
    /** Path of the event's proof. */
    readonly proof: string;
  }[];
}

/** Calls as a dialler makes them. */
export class Calls {
  constructor(private readonly http: HttpConnection) {}

  decide(call: CallRequest): Promise<CallAnswer> {
    return this.http.json('POST', '/api/calls', json(call));
  }

  /** A permit only when every required acceptance is durable. */
  notice(callId: string, result: NoticeResult): Promise<{ readonly permit?: string }> {
    return this.http.json('POST', `/api/calls/${encodeURIComponent(callId)}/notices`, json(result));
  }

  /** Somebody joined, or the call was diverted; without a number where it is not known. */
  async addParty(callId: string, number?: string): Promise<void> {
    await this.http.json('POST', `/api/calls/${encodeURIComponent(callId)}/parties`, json({ number }));
  }

  /** A party says that the call is privileged: recording ends at once, and what there is of it is sealed. */
  async claimPrivilege(callId: string, party: 'caller' | 'callee'): Promise<void> {
    await this.http.json('POST', `/api/calls/${encodeURIComponent(callId)}/privilege-claim`, json({ party }));
  }

  async connected(callId: string, at: string): Promise<void> {
    await this.http.json('POST', `/api/calls/${encodeURIComponent(callId)}/connected`, json({ at }));
  }

  async ended(callId: string, at: string): Promise<void> {
    await this.http.json('POST', `/api/calls/${encodeURIComponent(callId)}/ended`, json({ at }));
  }

  /** State, decision with its reasons, and events. */
  get(callId: string): Promise<CallRecord> {
    return this.http.json('GET', `/api/calls/${encodeURIComponent(callId)}`);
  }

  /** Streams G.711 mu-law, 8 kHz; answered when the media ends. @throws ProblemError 403 without a live permit */
  media(
    callId: string,
    permit: string | undefined,
    audio: Buffer | Readable | AsyncIterable<Uint8Array>,
  ): Promise<MediaReceipt> {
    return this.http.json('POST', `/api/calls/${encodeURIComponent(callId)}/media`, {
      headers: permit === undefined ? {} : { 'recording-permit': permit },
      body: { content: audio, type: 'audio/basic' },
    });
  }
}

export function json(value: unknown): { body: { content: string; type: string } } {
  return { body: { content: JSON.stringify(value), type: 'application/json' } };
}
