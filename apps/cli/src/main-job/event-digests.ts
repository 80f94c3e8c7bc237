import { hash } from 'node:crypto';

const DIGEST_BYTES = 32;
const FIRST_ROOM = 256;

interface Shard {
  /** Digest of position n at byte 32 (n - 1). */
  readonly bytes: Buffer;
  /** 1 where a digest stands. */
  readonly has: Uint8Array;
}

/**
 * SHA-256 of each event's bytes by source, shard and position: 32 bytes an event, so that whole logs can be compared in
 * little memory. Positions of a shard come in any order.
 */
export class EventDigests {
  readonly #shards = new Map<string, Shard>();
  #size = 0;

  /** Distinct positions. */
  get size(): number {
    return this.#size;
  }

  set(source: string, shard: number, position: number, text: string): void {
    const slot = this.#room(`${source}/${shard}`, position);
    if (slot.has[position - 1] === 0) this.#size++;
    slot.has[position - 1] = 1;
    slot.bytes.set(hash('sha256', text, 'buffer'), (position - 1) * DIGEST_BYTES);
  }

  /** How many positions the other has too, with the same bytes. */
  sharedWith(other: EventDigests): number {
    let shared = 0;
    for (const [key, mine] of this.#shards) {
      const theirs = other.#shards.get(key);
      if (theirs === undefined) continue;
      for (let at = 0; at < mine.has.length; at++) {
        if (mine.has[at] === 0 || (theirs.has[at] ?? 0) === 0) continue;
        const [from, to] = [at * DIGEST_BYTES, (at + 1) * DIGEST_BYTES];
        if (mine.bytes.compare(theirs.bytes, from, to, from, to) === 0) shared++;
      }
    }
    return shared;
  }

  #room(key: string, position: number): Shard {
    let shard = this.#shards.get(key);
    if (shard !== undefined && position <= shard.has.length) return shard;
    const room = Math.max(FIRST_ROOM, position, 2 * (shard?.has.length ?? 0));
    const [bytes, has] = [Buffer.alloc(room * DIGEST_BYTES), new Uint8Array(room)];
    bytes.set(shard?.bytes ?? []);
    has.set(shard?.has ?? []);
    shard = { bytes, has };
    this.#shards.set(key, shard);
    return shard;
  }
}
