import type fc from 'fast-check';

interface Timer {
  readonly at: number;
  readonly ring: () => void;
}

/** More turns than a run can need: something goes round and round without time passing. */
const MOST_TURNS = 60_000;

/**
 * Time that passes only when nothing else is left to do. What is ready at one moment runs in the order that fast-check's
 * scheduler picks, one turn each.
 */
export class VirtualTime {
  private at = 0;
  private turns = 0;
  private timers: Timer[] = [];
  /** What somebody threw that nobody waits for. */
  private failure: { readonly error: unknown } | undefined;

  constructor(private readonly scheduler: fc.Scheduler) {}

  now(): number {
    return this.at;
  }

  /** Resolves in a turn of its own. */
  turn(what: string): Promise<void> {
    return this.scheduler.schedule(Promise.resolve(), what);
  }

  /** Resolves so many milliseconds later, or as soon as the signal is aborted. */
  after(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const aborted = () => {
        this.timers = this.timers.filter((other) => other !== timer);
        resolve();
      };
      const ring = () => {
        signal?.removeEventListener('abort', aborted);
        resolve();
      };
      const timer = { at: this.at + Math.max(0, ms), ring };
      const place = this.timers.findIndex(({ at }) => at > timer.at);
      this.timers.splice(place < 0 ? this.timers.length : place, 0, timer);
      signal?.addEventListener('abort', aborted);
    });
  }

  /**
   * Lets so many milliseconds pass, and everything happen that falls due in them. Throws what was thrown meanwhile where
   * nobody waited for it, in this world or in the real code: it must fail the seed, and not end the process without one.
   */
  async pass(ms: number): Promise<void> {
    const heard = (error: unknown) => void (this.failure ??= { error });
    process.on('unhandledRejection', heard);
    try {
      await this.passTo(this.at + ms);
    } finally {
      process.off('unhandledRejection', heard);
    }
  }

  private async passTo(end: number): Promise<void> {
    for (;;) {
      // promises settle before the next turn is picked
      await new Promise((resolve) => setImmediate(resolve));
      if (this.failure !== undefined) throw this.failure.error;
      if (this.scheduler.count() > 0) {
        if (++this.turns > MOST_TURNS) throw new Error(`no rest after ${MOST_TURNS} turns, at ${this.at} ms`);
        await this.scheduler.waitOne();
        continue;
      }
      const next = this.timers[0];
      if (next === undefined || next.at > end) break;
      this.at = next.at;
      const later = this.timers.findIndex(({ at }) => at > this.at);
      for (const timer of this.timers.splice(0, later < 0 ? this.timers.length : later)) timer.ring();
    }
    this.at = end;
  }

  /** Passes steps of time until it holds. Throws when it does not in `most` milliseconds: something hangs. */
  async until(holds: () => boolean, most: number, what: () => string): Promise<void> {
    for (const end = this.at + most; !holds();) {
      if (this.at >= end) throw new Error(`after ${most} ms still not: ${what()}`);
      await this.pass(250);
    }
  }
}
