import { setTimeout as pause } from 'node:timers/promises';
import { PermitClock, type RecordingCompleted } from '@privity/recording';
import type { MediaFacts, ObjectWriter } from '../vault/object-writer.js';
import type { Frames } from './frames.js';
import type { Permit, Renewal, RoutingPermits } from './routing-permits.js';

export type Ending = RecordingCompleted['data']['ending'];

const RENEW_EVERY_MS = 1_000;
const RETRY_AFTER_MS = 200;

/**
 * One call being recorded: keeps frames while the permit is alive, renews it each second, and stops at once when it
 * lapses, is refused, or somebody says so. What was kept until then is kept.
 */
export class RecordingSession {
  private readonly clock = new PermitClock(() => performance.now());
  private readonly over = new AbortController();
  private ending: Ending | undefined;
  private lapse: NodeJS.Timeout | undefined;
  private markSettled: () => void = () => undefined;
  /** Resolves when nothing more will happen: the recording is complete, or there is none. */
  readonly settled = new Promise<void>((resolve) => (this.markSettled = resolve));

  constructor(
    private permit: Permit,
    private readonly permits: Pick<RoutingPermits, 'renew'>,
    private readonly frames: Frames,
  ) {}

  settle(): void {
    this.markSettled();
  }

  /** The first renewal, before a byte is kept (P1). From then on the permit is renewed each second. */
  async begin(): Promise<Renewal['outcome']> {
    const asked = this.clock.asking();
    const outcome = await this.renewOnce(asked);
    if (outcome === 'granted') {
      this.watchLapse();
      void this.renewEachSecond(asked);
    }
    return outcome;
  }

  /** Stops keeping. The first reason given is the one that stands. */
  stop(ending: Ending): void {
    this.ending ??= ending;
    this.clock.revoke();
    this.over.abort();
    clearTimeout(this.lapse);
    this.frames.cancel();
  }

  get stopped(): Ending | undefined {
    return this.ending;
  }

  /** Keeps the first frame and all that follow until the end or a stop; then finishes the object. */
  async keep(first: Buffer, writer: ObjectWriter): Promise<{ readonly media: MediaFacts; readonly ending: Ending }> {
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
      await pause(Math.max(0, wait), undefined, { signal: this.over.signal }).catch(() => undefined);
      if (this.ending !== undefined) return;
      asked = this.clock.asking();
      outcome = await this.renewOnce(asked);
      if (outcome === 'refused') return this.stop('permit-revoked');
    }
  }

  private async renewOnce(asked: number): Promise<Renewal['outcome']> {
    const renewal = await this.permits.renew(this.permit);
    if (renewal.outcome === 'granted') {
      this.permit = renewal.permit;
      this.clock.granted(asked);
    }
    return renewal.outcome;
  }

  /** Ends a recording whose permit runs out also while no frame arrives. */
  private watchLapse(): void {
    this.lapse = setTimeout(() => {
      if (this.alive()) this.watchLapse();
    }, this.clock.remainingMs);
    this.lapse.unref();
  }
}
