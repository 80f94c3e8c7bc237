import type { BlindIndex } from '@privity/kernel';
import type { Answer, FromThread, ReadingHost } from './reading.js';
import type { SeenIndexes } from './row-reader.js';

interface Asked {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The thread that answers, as the one that reads a list asks it. */
export class AskedThread implements ReadingHost {
  private readonly asked = new Map<number, Asked>();
  private last = 0;

  constructor(private readonly send: (message: FromThread) => void) {}

  hasSeen(indexes: readonly BlindIndex[]): Promise<readonly boolean[]> {
    return this.ask('hasSeen', indexes) as Promise<readonly boolean[]>;
  }
  async checked(encoding: Parameters<ReadingHost['checked']>[0]): Promise<void> {
    await this.ask('checked', encoding);
  }
  async progress(figures: Parameters<ReadingHost['progress']>[0]): Promise<void> {
    await this.ask('progress', figures);
  }

  answered(message: Answer): void {
    const asked = this.asked.get(message.n);
    this.asked.delete(message.n);
    if ('refused' in message) asked?.reject(new Error('whoever asked for this list wants no more of it'));
    else asked?.resolve(message.answer);
  }

  private ask(ask: keyof ReadingHost, about: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const n = (this.last += 1);
      this.asked.set(n, { resolve, reject });
      this.send({ n, ask, about });
    });
  }
}

/** What the view of the other thread has of a batch. */
export class SeenThere implements SeenIndexes {
  private seen: ReadonlySet<BlindIndex> = new Set();
  /** A batch is applied while the next one is read. */
  private before: ReadonlySet<BlindIndex> = new Set();

  constructor(private readonly host: Pick<ReadingHost, 'hasSeen'>) {}

  async look(indexes: readonly BlindIndex[]): Promise<void> {
    const answers = await this.host.hasSeen(indexes);
    this.before = this.seen;
    this.seen = new Set(indexes.filter((_, n) => answers[n]));
  }

  hasSeen(index: BlindIndex): boolean {
    return this.seen.has(index) || this.before.has(index);
  }
}
