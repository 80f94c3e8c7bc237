interface Asker<T> {
  readonly asked: T;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit and nothing else, as a lane of the store has it: what comes while a transaction is under way goes together
 * in the next one, each with an answer of its own.
 */
export class BareLane<T> {
  private waiting: Asker<T>[] = [];
  private busy = false;
  private scheduled = false;

  constructor(private readonly write: (together: readonly T[]) => Promise<void>) {}

  /** Resolves when it is durable. */
  ask(asked: T): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ asked, resolve, reject });
      this.schedule();
    });
  }

  /** A turn of the event loop later, so that what is asked in the same turn shares a transaction. */
  private schedule(): void {
    if (this.busy || this.scheduled || this.waiting.length === 0) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      void this.commit(this.waiting.splice(0));
    });
  }

  private async commit(batch: readonly Asker<T>[]): Promise<void> {
    this.busy = true;
    try {
      await this.write(batch.map(({ asked }) => asked));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.busy = false;
      this.schedule();
    }
  }
}
