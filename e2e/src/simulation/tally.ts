/** How often something happened: a simulation in which nothing goes wrong proves nothing. */
export class Tally {
  private readonly counts = new Map<string, number>();

  add(what: string, n = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + n);
  }

  of(what: string): number {
    return this.counts.get(what) ?? 0;
  }

  get names(): readonly string[] {
    return [...this.counts.keys()];
  }
}
