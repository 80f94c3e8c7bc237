import type { Readable } from 'node:stream';
import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { EventStore } from '@privity/event-store';
import { derivedId } from '@privity/kernel';
import {
  AlreadyRecorded,
  BYTES_PER_SECOND,
  mediaStream,
  recordingDecider,
  RecordingSession,
  recordingStream,
  type Ending,
  type MediaRefused,
  type Permit,
  type PermitClaims,
} from '@privity/recording';
import { handleCommand, Stopping } from '@privity/service';
import { CallMedia, CLAIM_SAFE_MS } from '../vault/call-media.js';
import { MediaFolder } from '../vault/media-folder.js';
import { ObjectWriter, type MediaFacts } from '../vault/object-writer.js';
import { Frames } from './frames.js';
import { ClaimLost, EmptyMedia, MediaRefusal } from './media-refusal.js';
import { RoutingPermits } from './routing-permits.js';

/** What the dialler is told. */
export interface Recorded {
  readonly recording: string;
  readonly bytes: number;
  readonly seconds: number;
  readonly ending: Ending;
}

/** A call has one recording, so its id follows from the call: two recorders cannot both start one. */
export function recordingIdOf(call: string): string {
  return derivedId(call, 'recording', 0);
}

/** Records calls: permit, then event, then bytes, in this order and no other (P1, P4). */
@Injectable()
export class Recorder implements BeforeApplicationShutdown {
  /** By recording. */
  private readonly sessions = new Map<string, RecordingSession>();
  /** How many calls it took and may have left open: the store was away, the disk full. */
  leftOpen = 0;

  constructor(
    private readonly store: EventStore,
    private readonly permits: RoutingPermits,
    private readonly calls: CallMedia,
    private readonly folder: MediaFolder,
    stopping: Stopping,
  ) {
    stopping.signal.addEventListener('abort', () => {
      for (const session of this.sessions.values()) session.stop('interrupted');
    });
  }

  /**
   * @param facility the one that the dialler's token is bound to, if any: no permit carries it beyond
   * @throws MediaRefusal, its event durable, when not a byte was kept
   */
  async record(callId: string, token: string | undefined, body: Readable, facility?: string): Promise<Recorded> {
    const frames = new Frames(body);
    try {
      if (token === undefined) throw await this.refuse(undefined, 'no-permit');
      const permit = await this.permits.read(token);
      if (permit === undefined) throw await this.refuse(undefined, 'permit-invalid');
      const elsewhere = facility !== undefined && facility !== permit.claims.facility;
      if (permit.claims.callId !== callId || elsewhere) throw await this.refuse(permit.claims.call, 'permit-invalid');
      return await this.recordPermitted(permit, frames);
    } finally {
      frames.cancel();
    }
  }

  /** Stops a recording if it is being made here. @returns whether it was */
  stop(recording: string, ending: Ending): boolean {
    const session = this.sessions.get(recording);
    session?.stop(ending);
    return session !== undefined;
  }

  get isRecording(): boolean {
    return this.sessions.size > 0;
  }

  isActive(recording: string): boolean {
    return this.sessions.has(recording);
  }

  /** A stopping service ends its recordings properly while the store is still open. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([...this.sessions.values()].map((session) => session.settled));
  }

  private async recordPermitted(permit: Permit, frames: Frames): Promise<Recorded> {
    const { call } = permit.claims;
    const recording = recordingIdOf(call);
    const first = await frames.next();
    if (first.kind !== 'frame') throw new EmptyMedia();
    if (this.sessions.has(recording)) throw await this.refuse(call, 'already-recorded');
    const session = new RecordingSession(permit, this.permits, frames);
    this.sessions.set(recording, session);
    try {
      return await this.recordClaimed(permit.claims, recording, session, first.frame);
    } catch (error) {
      if (!(error instanceof MediaRefusal)) this.leftOpen += 1;
      throw error;
    } finally {
      session.stop('interrupted');
      session.settle();
      this.sessions.delete(recording);
    }
  }

  private async recordClaimed(
    permit: PermitClaims,
    recording: string,
    session: RecordingSession,
    first: Buffer,
  ): Promise<Recorded> {
    const claimedAt = performance.now();
    const claim = await this.calls.claim(permit, recording);
    if (claim === 'attested') throw await this.refuse(permit.call, 'permit-refused');
    if (claim === 'claimed' || claim === 'recorded') throw await this.refuse(permit.call, 'already-recorded');
    const refusal = await this.begin(permit, recording, session);
    if (refusal !== undefined) {
      await this.calls.release(permit.call, recording);
      throw await this.refuse(permit.call, refusal);
    }
    // It took so long that a sibling may have thought this replica dead, and given the call back with its key.
    if (performance.now() - claimedAt > CLAIM_SAFE_MS && !(await this.calls.isHeld(permit.call))) {
      throw new ClaimLost();
    }
    const writer = await ObjectWriter.open(this.folder, { ...permit, recording }, claim.key);
    const { media, ending } = await session.keep(first, writer);
    claim.key.fill(0);
    await this.complete(permit.call, recording, media, ending);
    return { recording, bytes: media.bytes, seconds: media.bytes / BYTES_PER_SECOND, ending };
  }

  /** @returns why not; else `RecordingStarted` is durable and the permit alive */
  private async begin(
    permit: PermitClaims,
    recording: string,
    session: RecordingSession,
  ): Promise<MediaRefused['data']['reason'] | undefined> {
    const [outcome, attested] = await Promise.all([session.begin(), this.isAttested(permit.call)]);
    if (outcome === 'unreachable') return 'routing-unreachable';
    if (outcome === 'refused' || attested || session.stopped !== undefined) return 'permit-refused';
    const { call, decision, facility, caller, dialed } = permit;
    try {
      await handleCommand(
        this.store,
        recordingDecider,
        recordingStream(recording),
        { type: 'StartRecording', recording, call, decision, facility, caller, dialed },
        { causationid: decision, correlationid: call, idOf: (n) => derivedId(recording, 'started', n) },
      );
      return undefined;
    } catch (error) {
      if (error instanceof AlreadyRecorded) return 'already-recorded';
      throw error;
    }
  }

  /** An attestation may stand although the transaction that took the call for it was rolled back. */
  private async isAttested(call: string): Promise<boolean> {
    const events = await this.store.readStream(mediaStream(call));
    return events.some(({ type }) => type === 'recording.NoMediaAttested');
  }

  /** Appends `RecordingCompleted`; once per recording, whoever gets there first. */
  async complete(call: string, recording: string, media: MediaFacts, ending: Ending): Promise<void> {
    await handleCommand(
      this.store,
      recordingDecider,
      recordingStream(recording),
      { type: 'CompleteRecording', ...media, ending },
      { correlationid: call, idOf: (n) => derivedId(recording, 'completed', n) },
    );
  }

  private async refuse(call: string | undefined, reason: MediaRefused['data']['reason']): Promise<MediaRefusal> {
    const data: MediaRefused['data'] = { ...(call === undefined ? {} : { call }), reason };
    await this.store.append(mediaStream(call), 'any', [
      { type: 'recording.MediaRefused', data, ...(call === undefined ? {} : { correlationid: call }) },
    ]);
    return new MediaRefusal(reason);
  }
}
