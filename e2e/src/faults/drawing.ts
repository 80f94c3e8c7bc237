import { seeded } from '@privity/event-store/memory';

/** Choices that follow from a seed alone, so that a run can be drawn again. */
export class Drawing {
  private readonly next: () => number;

  constructor(seed: number) {
    this.next = seeded(seed);
  }

  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(of: number): boolean {
    return this.next() < of;
  }

  one<T>(from: readonly T[]): T {
    const drawn = from[this.whole(0, from.length - 1)];
    if (drawn === undefined) throw new RangeError('nothing to draw from');
    return drawn;
  }

  shuffled<T>(all: readonly T[]): T[] {
    const left = [...all];
    return all.map(() => left.splice(this.whole(0, left.length - 1), 1)[0] as T);
  }
}
