/** What the queue must know of an append. */
export interface Queueable {
  readonly stream: string;
  readonly bytes: number;
  readonly events: readonly { readonly id: string }[];
}

/**
 * Appends waiting for a transaction. Those of one stream go one after the other, in the order they came, and never two
 * in the same or in parallel transactions; different streams do not wait for each other.
 */
export class AppendQueue<T extends Queueable> {
  /** The next append of each stream that has none in flight. */
  private ready: T[] = [];
  /** Those behind; a stream has a line as long as one of its appends is ready or in flight. */
  private readonly lines = new Map<string, T[]>();

  add(append: T): void {
    const line = this.lines.get(append.stream);
    if (line) {
      line.push(append);
      return;
    }
    this.lines.set(append.stream, []);
    this.ready.push(append);
  }

  /** Up to so many appends, and bytes (one append always fits), for one transaction. */
  take(limit: number, bytes: number): T[] {
    const taken: T[] = [];
    const left: T[] = [];
    const ids = new Set<string>();
    let room = bytes;
    for (const append of this.ready) {
      // two streams that offer the same id: the second must see the first written, to be told DuplicateEvent
      const fits = taken.length === 0 || (taken.length < limit && append.bytes <= room);
      if (!fits || append.events.some((event) => ids.has(event.id))) {
        left.push(append);
        continue;
      }
      taken.push(append);
      room -= append.bytes;
      for (const event of append.events) ids.add(event.id);
    }
    this.ready = left;
    return taken;
  }

  /** Their transaction is over: the streams' next appends may go. */
  release(taken: readonly T[]): void {
    for (const { stream } of taken) {
      const next = this.lines.get(stream)?.shift();
      if (next) this.ready.push(next);
      else this.lines.delete(stream);
    }
  }

  /** Empties the queue and gives back all that waited; those in flight stay so until released. */
  clear(): T[] {
    const waiting = this.ready;
    for (const { stream } of waiting) {
      waiting.push(...(this.lines.get(stream) ?? []));
      this.lines.delete(stream);
    }
    this.ready = [];
    for (const line of this.lines.values()) waiting.push(...line.splice(0));
    return waiting;
  }
}
