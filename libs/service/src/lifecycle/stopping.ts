/** Tells long answers (a feed's long poll) that the service stops, so that they end at once and not at their limit. */
export class Stopping {
  private readonly controller = new AbortController();

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  begin(): void {
    this.controller.abort();
  }
}
