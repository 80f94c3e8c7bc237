import { type Clock, machineClock } from '@privity/kernel';
import type { RecordingCompleted } from './events.js';
import { PermitClock } from './permit-clock.js';
import type { PermitClaims } from './permit.js';

/** A permit whose signature holds. Whether it still counts is for routing to say. */
export interface Permit {
  readonly token: string;
  readonly claims: PermitClaims;
}

/** `refused`: routing said no. `unreachable`: it said nothing that counts as a yes. */
export type Renewal =
  { readonly outcome: 'granted'; readonly permit: Permit } | { readonly outcome: 'refused' | 'unreachable' };

/** Asks routing to decide again about a call that is being recorded. Never rejects. */
export interface PermitRenewer {
  /** @param refused told of a refusal also where it comes after another replica has granted (P1) */
  renew(permit: Permit, refused: () => void): Promise<Renewal>;
}

export type NextFrame =
  { readonly kind: 'frame'; readonly frame: Buffer } | { readonly kind: 'end' | 'broken' | 'cancelled' };

/** The sound of a call as it arrives. */
export interface FrameSource {
  next(): Promise<NextFrame>;
  /** Ends the waiting. What still arrives is thrown away unread. */
  cancel(): void;
}

/** Where the sound is kept. `finish` answers with what is to be known of the whole. */
export interface MediaWriter<Facts> {
  write(frame: Buffer): Promise<void>;
  finish(): Promise<Facts>;
  abandon(): Promise<void>;
}

export type Ending = RecordingCompleted['data']['ending'];

const RENEW_EVERY_MS = 1_000;
const RETRY_AFTER_MS = 200;

/**
 * One call being recorded: keeps frames while the permit is alive, renews it each second, and stops at once when it
 * lapses, is refused, or somebody says so. What was kept until then is kept.
 */
export class RecordingSession {
  private readonly clock: PermitClock;
  private readonly over = new AbortController();
  private ending: Ending | undefined;
  private markSettled: () => void = () => undefined;
  /** Resolves when nothing more will happen: the recording is complete, or there is none. */
  readonly settled = new Promise<void>((resolve) => (this.markSettled = resolve));

  constructor(
    private permit: Permit,
    private readonly permits: PermitRenewer,
    private readonly frames: FrameSource,
    private readonly time: Clock = machineClock,
  ) {
    this.clock = new PermitClock(() => time.now());
  }

  settle(): void {
    this.markSettled();
  }

  /** The first renewal, before a byte is kept (P1). From then on the permit is renewed each second. */
  async begin(): Promise<Renewal['outcome']> {
    const asked = this.clock.asking();
    const outcome = await this.renewOnce(asked);
    if (outcome === 'granted') {
      void this.watchLapse();
      void this.renewEachSecond(asked);
    }
    return outcome;
  }

  /** Stops keeping. The first reason given is the one that stands. */
  stop(ending: Ending): void {
    this.ending ??= ending;
    this.clock.revoke();
    this.over.abort();
    this.frames.cancel();
  }

  get stopped(): Ending | undefined {
    return this.ending;
  }

  /** Keeps the first frame and all that follow until the end or a stop; then finishes the object. */
  async keep<Facts>(
    first: Buffer,
    writer: MediaWriter<Facts>,
  ): Promise<{ readonly media: Facts; readonly ending: Ending }> {
    try {
      let frame: Buffer | undefined = first;
      while (frame !== undefined && this.alive()) {
        await writer.write(frame);
        frame.fill(0);
        frame = await this.nextFrame();
      }
    } catch (error) {
      await writer.abandon();
      throw error;
    } finally {
      this.stop('ended');
    }
    return { media: await writer.finish(), ending: this.ending ?? 'ended' };
  }

  private alive(): boolean {
    if (this.clock.alive) return true;
    this.stop('permit-lapsed');
    return false;
  }

  private async nextFrame(): Promise<Buffer | undefined> {
    const next = await this.frames.next();
    if (next.kind === 'frame') return next.frame;
    if (next.kind === 'broken') this.stop('interrupted');
    return undefined;
  }

  private async renewEachSecond(firstAsked: number): Promise<void> {
    for (let asked = firstAsked, outcome: Renewal['outcome'] = 'granted'; ;) {
      const wait = outcome === 'granted' ? asked + RENEW_EVERY_MS - this.clock.asking() : RETRY_AFTER_MS;
      await this.time.sleep(Math.max(0, wait), { signal: this.over.signal });
      if (this.ending !== undefined) return;
      asked = this.clock.asking();
      outcome = await this.renewOnce(asked);
      if (outcome === 'refused') return this.stop('permit-revoked');
    }
  }

  private async renewOnce(asked: number): Promise<Renewal['outcome']> {
    const renewal = await this.permits.renew(this.permit, () => this.stop('permit-revoked'));
    if (renewal.outcome === 'granted') {
      this.permit = renewal.permit;
      this.clock.granted(asked);
    }
    return renewal.outcome;
  }

  /** Ends a recording whose permit runs out also while no frame arrives. */
  private async watchLapse(): Promise<void> {
    while (this.ending === undefined && this.alive())
      await this.time.sleep(this.clock.remainingMs, { signal: this.over.signal, ref: false });
  }
}
