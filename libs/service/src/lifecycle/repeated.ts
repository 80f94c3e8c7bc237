/** Work that a process does again and again, never twice at once. A turn that fails is told, and the next one tries again. */
export class Repeated {
  private readonly timer: NodeJS.Timeout;
  private running: Promise<void> | undefined;

  constructor(
    private readonly work: () => Promise<unknown>,
    everyMs: number,
    private readonly failed: (error: unknown) => void,
  ) {
    this.timer = setInterval(() => this.turn(), everyMs);
    // What it waits for keeps no process alive.
    this.timer.unref();
  }

  /** A turn now, unless one is under way. */
  turn(): void {
    this.running ??= this.work()
      .then(() => undefined, this.failed)
      .finally(() => (this.running = undefined));
  }

  /** No more turns; resolves once the one under way has ended, before which nothing that it uses may be closed. */
  async end(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }
}
