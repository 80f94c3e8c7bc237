import { seeded } from '@privity/event-store/memory';
import fc from 'fast-check';

/** What goes wrong by itself during a run, drawn once per seed. */
export interface Weather {
  /** Of a hundred requests, how many are lost on the way there, or back when they were done. */
  readonly lost: number;
  /** Longest usual way, milliseconds. */
  readonly latency: number;
  /** Of a hundred ways, how many take seconds. */
  readonly slow: number;
  /** Of a hundred deliveries, how many begin again before what was read. */
  readonly repeated: number;
  /** Most events of a delivery. */
  readonly cut: number;
  /** Two consumers that both hold themselves for the reader of a shard. */
  readonly overlap: boolean;
  /** Of the draws below. */
  readonly chance: number;
}

export const weather: fc.Arbitrary<Weather> = fc.record({
  lost: fc.constantFrom(0, 4, 12, 25),
  latency: fc.constantFrom(0, 5, 80, 400),
  slow: fc.constantFrom(0, 0, 2, 6),
  repeated: fc.constantFrom(0, 20, 50),
  cut: fc.constantFrom(1, 3, 500),
  overlap: fc.boolean(),
  chance: fc.nat(),
});

export const CALM: Weather = { lost: 0, latency: 0, slow: 0, repeated: 0, cut: 500, overlap: false, chance: 0 };

/** Draws that a seed repeats. */
export class Chance {
  private readonly next: () => number;

  constructor(seed: number) {
    this.next = seeded(seed);
  }

  /** 0 up to n, exclusive. */
  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  percent(p: number): boolean {
    return p > 0 && this.below(100) < p;
  }
}
