/** A permit lives this long, in milliseconds, on the recorder's own monotonic clock (P1). */
export const PERMIT_LIFETIME_MS = 2_000;

/**
 * Tells whether a recording may go on. Time runs from before each renewal was asked for, so that no delay on the way
 * lengthens a permit; wall clocks, which step, have no say. Once revoked it stays so.
 */
export class PermitClock {
  private until = Number.NEGATIVE_INFINITY;
  private revoked = false;

  /** `now`: milliseconds of a clock that never goes back, such as `performance.now`. */
  constructor(
    private readonly now: () => number,
    private readonly lifetimeMs: number = PERMIT_LIFETIME_MS,
  ) {}

  /** To be called before a renewal is sent; hand the result to `granted` when it was given. */
  asking(): number {
    return this.now();
  }

  granted(askedAt: number): void {
    this.until = Math.max(this.until, askedAt + this.lifetimeMs);
  }

  revoke(): void {
    this.revoked = true;
  }

  get alive(): boolean {
    return !this.revoked && this.now() < this.until;
  }

  /** Milliseconds left, 0 when there are none. */
  get remainingMs(): number {
    return this.revoked ? 0 : Math.max(0, this.until - this.now());
  }
}
