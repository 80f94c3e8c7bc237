const PASSED_OVER_MS = 2_000;

/** The replicas of a service, asked in turn; one that gave no answer is asked last for two seconds. */
export class Replicas<T> {
  private turn = 0;
  private readonly silentUntil = new Map<T, number>();

  /** @param now milliseconds of a monotonic clock */
  constructor(
    readonly all: readonly T[],
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** All of them, in the order in which to ask: where none is known to answer, asking is the way to find out. */
  inTurn(): readonly T[] {
    if (this.all.length === 1) return this.all;
    const first = this.turn++ % this.all.length;
    const turned = [...this.all.slice(first), ...this.all.slice(0, first)];
    return [...turned.filter((one) => !this.isSilent(one)), ...turned.filter((one) => this.isSilent(one))];
  }

  isSilent(one: T): boolean {
    return (this.silentUntil.get(one) ?? -Infinity) > this.now();
  }

  /** It gave no answer, or says itself that it is not well. */
  silent(one: T): void {
    this.silentUntil.set(one, this.now() + PASSED_OVER_MS);
  }

  /** It is well again. */
  answers(one: T): void {
    this.silentUntil.delete(one);
  }
}
