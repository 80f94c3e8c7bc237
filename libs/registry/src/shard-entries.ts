import { addShare, digestHex } from './entry-digest.js';

/** A shard's protected entries at one position, as a heartbeat names them. */
export interface ShardDigest {
  readonly position: number;
  /** Of the numbers among them. */
  readonly count: number;
  /** Sum modulo 2^256 of the keyed hashes of the entries, 64 hex digits. */
  readonly digest: string;
}

/** An entry more or less: its share of the digest, and whether it is a number. */
export interface EntryChange {
  readonly share: bigint;
  readonly numbers: -1 | 0 | 1;
}

interface Change {
  /** The position from which on these figures hold. */
  readonly from: number;
  readonly count: number;
  readonly sum: bigint;
}

/** Count and digest of one shard, now and at recent positions: a heartbeat usually names one slightly behind. */
export class ShardEntries {
  private changes: Change[] = [{ from: 0, count: 0, sum: 0n }];
  private applied = 0;
  private lastId: string | undefined;

  constructor(private readonly keep: number) {}

  get position(): number {
    return this.applied;
  }

  get id(): string | undefined {
    return this.lastId;
  }

  get count(): number {
    return this.newest().count;
  }

  advance(position: number, id: string, entry?: EntryChange): void {
    this.applied = position;
    this.lastId = id;
    if (entry === undefined) return;
    const { count, sum } = this.newest();
    this.changes.push({ from: position, count: count + entry.numbers, sum: addShare(sum, entry.share) });
    // Cut in halves: dropping one from the front for each one added would copy the whole array every time.
    if (this.changes.length > 2 * this.keep) this.changes = this.changes.slice(-this.keep);
  }

  /** Undefined: not reached yet, or so long ago that it is no longer known. */
  at(position: number): ShardDigest | undefined {
    if (position > this.applied) return undefined;
    const change = this.changes.findLast(({ from }) => from <= position);
    return change && { position, count: change.count, digest: digestHex(change.sum) };
  }

  private newest(): Change {
    const last = this.changes.at(-1);
    if (last === undefined) throw new Error('a shard without a beginning');
    return last;
  }
}
