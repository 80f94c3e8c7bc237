import type { BlindIndex } from '@privity/kernel';

/** The last letter says no more than four bits: every index is written in one way. */
const FORM = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;
const HASH_LETTERS = 43;
const HASH_BYTES = 32;
/** The hash, and which epoch's key made it. */
const RECORD_BYTES = HASH_BYTES + 1;
const RECORDS_PER_PAGE = 2048;
const EPOCHS = 256;
const FIRST_ROOM = 1024;

/**
 * Blind indexes and what is known of each: some fifty bytes an index, and outside the heap, where a `Map` of strings takes
 * a hundred that every collection of garbage walks through. The whole index is kept, so no two can be taken for one another.
 */
export class IndexMap<V> {
  /** Record n is in page n / 2048; pages, so that growing copies nothing. */
  private readonly pages: Buffer[] = [];
  private readonly values: (V | undefined)[] = [];
  private readonly epochs: string[] = [];
  /** Records that were deleted, to be used again. */
  private readonly free: number[] = [];
  /** Open addressing: 1 + the record's number, at the first empty place from where its hash says. 0: empty. */
  private table = new Uint32Array(FIRST_ROOM);
  private readonly sought = Buffer.alloc(RECORD_BYTES);
  /** What is in no common form. Nobody writes such; whoever does is protected all the same. */
  private readonly others = new Map<BlindIndex, V>();

  get size(): number {
    return this.values.length - this.free.length + this.others.size;
  }

  get(index: BlindIndex): V | undefined {
    if (!this.seek(index)) return this.others.get(index);
    const record = this.table[this.place()];
    return record === undefined ? undefined : this.values[record - 1];
  }

  set(index: BlindIndex, value: V): void {
    if (!this.seek(index, true)) {
      this.others.set(index, value);
      return;
    }
    const place = this.place();
    const found = this.table[place] ?? 0;
    if (found > 0) {
      this.values[found - 1] = value;
      return;
    }
    const record = this.free.pop() ?? this.values.length;
    this.values[record] = value;
    this.sought.copy(this.page(record), offsetOf(record));
    this.table[place] = record + 1;
    if (2 * this.values.length > this.table.length) this.grow();
  }

  delete(index: BlindIndex): void {
    if (!this.seek(index)) {
      this.others.delete(index);
      return;
    }
    const place = this.place();
    const found = this.table[place] ?? 0;
    if (found === 0) return;
    this.values[found - 1] = undefined;
    this.free.push(found - 1);
    this.table[place] = 0;
    this.closeGap(place);
  }

  /** The indexes of which that is so, in no order that means anything. */
  where(isSo: (value: V) => boolean): BlindIndex[] {
    const found = [...this.others].filter(([, value]) => isSo(value)).map(([index]) => index);
    for (const record of this.table) {
      const value = record === 0 ? undefined : this.values[record - 1];
      if (value !== undefined && isSo(value)) found.push(this.indexOf(record - 1));
    }
    return found;
  }

  /** Writes the index to `sought`. False where it is in no common form, or of an epoch that no record has. */
  private seek(index: BlindIndex, toWrite = false): boolean {
    if (!FORM.test(index)) return false;
    const name = index.slice(0, -HASH_LETTERS - 1);
    let epoch = this.epochs.indexOf(name);
    if (epoch < 0) {
      if (!toWrite || this.epochs.length === EPOCHS) return false;
      epoch = this.epochs.push(name) - 1;
    }
    this.sought.write(index.slice(-HASH_LETTERS), 0, HASH_BYTES, 'base64url');
    this.sought[HASH_BYTES] = epoch;
    return true;
  }

  /** Where `sought` is in the table, or would be. */
  private place(): number {
    const last = this.table.length - 1;
    let place = this.sought.readUInt32LE() & last;
    for (; ; place = (place + 1) & last) {
      const record = this.table[place] ?? 0;
      if (record === 0 || this.holdsSought(record - 1)) return place;
    }
  }

  private holdsSought(record: number): boolean {
    const [page, at] = [this.page(record), offsetOf(record)];
    if (page.readUInt32LE(at) !== this.sought.readUInt32LE()) return false;
    return this.sought.compare(page, at, at + RECORD_BYTES) === 0;
  }

  /** Whatever stood behind the one that went is moved to where a search that ends at an empty place finds it. */
  private closeGap(gap: number): void {
    const last = this.table.length - 1;
    for (let next = (gap + 1) & last; this.table[next] !== 0; next = (next + 1) & last) {
      const record = this.table[next] ?? 0;
      const home = this.hashOf(record - 1) & last;
      // Of a ring: whether the gap lies between where it should be and where it is.
      if (((next - home) & last) < ((next - gap) & last)) continue;
      this.table[gap] = record;
      this.table[next] = 0;
      gap = next;
    }
  }

  private grow(): void {
    const before = this.table;
    this.table = new Uint32Array(2 * before.length);
    const last = this.table.length - 1;
    for (const record of before) {
      if (record === 0) continue;
      let place = this.hashOf(record - 1) & last;
      while (this.table[place] !== 0) place = (place + 1) & last;
      this.table[place] = record;
    }
  }

  private page(record: number): Buffer {
    return (this.pages[Math.floor(record / RECORDS_PER_PAGE)] ??= Buffer.alloc(RECORDS_PER_PAGE * RECORD_BYTES));
  }

  private hashOf(record: number): number {
    return this.page(record).readUInt32LE(offsetOf(record));
  }

  private indexOf(record: number): BlindIndex {
    const [page, at] = [this.page(record), offsetOf(record)];
    const epoch = this.epochs[page[at + HASH_BYTES] ?? 0] ?? '';
    return `${epoch}.${page.toString('base64url', at, at + HASH_BYTES)}`;
  }
}

function offsetOf(record: number): number {
  return (record % RECORDS_PER_PAGE) * RECORD_BYTES;
}
