import { SHARDS } from '@privity/kernel';
import type { Heartbeat } from './heartbeat.js';
import type { ProtectionView } from './protection-view.js';

/** Whether a view can be believed, and how long ago it was last seen to agree, in milliseconds; -1: never yet. */
export interface Verdict {
  readonly ageMs: number;
  readonly state: 'fresh' | 'stale' | 'mismatch';
}

interface Offered {
  readonly heartbeat: Heartbeat;
  /** Own monotonic clock, before the request. */
  readonly askedAt: number;
}

const KEPT = 8;

/**
 * Whether the view of the registry can be believed at this moment (P3). It can while the registry's own signed figures
 * agreed with it, shard by shard at the named positions, not longer ago than the limit. Everything else is doubt:
 * no heartbeat yet, an old one, unequal figures, a registry that went backwards.
 */
export class RegistryTrust {
  private waiting: Offered[] = [];
  private newest = Number.NEGATIVE_INFINITY;
  /** The furthest that the registry said it was. */
  private furthest: readonly number[] = [];
  private agreedAt: number | undefined;
  private disagrees = false;

  /** @param now milliseconds of a monotonic clock; wall clocks jump, and the registry's is not ours */
  constructor(
    private readonly view: Pick<ProtectionView, 'shardDigest' | 'positions'>,
    private readonly stalenessMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * A heartbeat whose signature and nonce hold: the answer to what was asked then. One that was overtaken is ignored. Order
   * is by our own clock; by the registry's, which may be set back an hour, nothing would be believed for as long.
   */
  offer(heartbeat: Heartbeat, askedAt: number): void {
    if (askedAt <= this.newest) return;
    this.newest = askedAt;
    const backwards = heartbeat.shards.some(({ position }, shard) => position < (this.furthest[shard] ?? 0));
    if (heartbeat.shards.length !== SHARDS || backwards) {
      this.disagrees = true;
      this.waiting = [];
      return;
    }
    this.furthest = heartbeat.shards.map(({ position }) => position);
    this.waiting = [...this.waiting, { heartbeat, askedAt }].slice(-KEPT);
    this.settle();
  }

  verdict(): Verdict {
    this.settle();
    const ageMs = this.agreedAt === undefined ? -1 : Math.max(0, Math.round(this.now() - this.agreedAt));
    if (this.disagrees) return { ageMs, state: 'mismatch' };
    return { ageMs, state: ageMs < 0 || ageMs > this.stalenessMs ? 'stale' : 'fresh' };
  }

  /** Compares every heartbeat whose positions the view has reached; the others wait for it. */
  private settle(): void {
    if (this.waiting.length === 0) return;
    const positions = this.view.positions();
    const reached = ({ heartbeat }: Offered) =>
      heartbeat.shards.every(({ position }, shard) => position <= (positions[shard] ?? 0));
    for (const offered of this.waiting.filter(reached)) {
      const equal = this.compare(offered.heartbeat);
      if (equal === undefined) continue;
      this.disagrees = !equal;
      if (equal) this.agreedAt = offered.askedAt;
    }
    this.waiting = this.waiting.filter((offered) => !reached(offered));
  }

  /** Undefined: so long ago that the view no longer knows what it was then. */
  private compare(heartbeat: Heartbeat): boolean | undefined {
    const own = heartbeat.shards.map(({ position }, shard) => this.view.shardDigest(shard, position));
    if (own.includes(undefined)) return undefined;
    return heartbeat.shards.every(({ count, digest }, shard) => {
      return own[shard]?.count === count && own[shard]?.digest === digest;
    });
  }
}
