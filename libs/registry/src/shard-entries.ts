import { addShare, digestHex } from './entry-digest.js';

/** A shard's protected entries at one position, as a heartbeat names them. */
export interface ShardDigest {
  readonly position: number;
  /** Of the numbers among them. */
  readonly count: number;
  /** Sum modulo 2^256 of the keyed hashes of the entries, 64 hex digits. */
  readonly digest: string;
}

/** An entry more or less: its share of the digest, and whether it is a number or a person. */
export interface EntryChange {
  readonly share: bigint;
  readonly of: 'number' | 'caller';
  readonly by: -1 | 1;
}

interface Change {
  /** The position from which on these figures hold. */
  readonly from: number;
  readonly count: number;
  readonly persons: number;
  readonly sum: bigint;
}

/** Count and digest of one shard, now and at recent positions: a heartbeat usually names one slightly behind. */
export class ShardEntries {
  private changes: Change[] = [{ from: 0, count: 0, persons: 0, sum: 0n }];
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
    const { share, of, by } = entry;
    const before = this.newest();
    const count = before.count + (of === 'number' ? by : 0);
    const persons = before.persons + (of === 'caller' ? by : 0);
    this.changes.push({ from: position, count, persons, sum: addShare(before.sum, share) });
    // Cut in halves: dropping one from the front for each one added would copy the whole array every time.
    if (this.changes.length > 2 * this.keep) this.changes = this.changes.slice(-this.keep);
  }

  /** Undefined: not reached yet, or so long ago that it is no longer known. */
  at(position: number): ShardDigest | undefined {
    const change = this.changeAt(position);
    return change && { position, count: change.count, digest: digestHex(change.sum) };
  }

  /** Protected persons, who stand in the digest and not in the count. Undefined as for `at`. */
  personsAt(position: number): number | undefined {
    return this.changeAt(position)?.persons;
  }

  private changeAt(position: number): Change | undefined {
    return position > this.applied ? undefined : this.changes.findLast(({ from }) => from <= position);
  }

  private newest(): Change {
    const last = this.changes.at(-1);
    if (last === undefined) throw new Error('a shard without a beginning');
    return last;
  }
}
