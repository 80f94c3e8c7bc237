import { createHash } from 'node:crypto';
import { PrivityError, SHARDS } from '@privity/kernel';
import type { BlindIndex } from '@privity/kernel';
import { ends, ofWhom, protects, type ViewedEvent } from './about-protection.js';
import { entryShare, withdrawn } from './entry-digest.js';
import type { ProtectionSource, SourceMatch } from './events.js';
import { IndexMap } from './index-map.js';
import { isMeant, join, type Protection, without } from './protection.js';
import { SaidAlike } from './said-alike.js';
import { ShardEntries } from './shard-entries.js';
import type { EntryChange, ShardDigest } from './shard-entries.js';
import { SourceCounts } from './source-counts.js';

/** The view was handed an event that does not follow the last one of its shard: it must not go on (P3, P6). */
export class ViewBroken extends PrivityError {
  constructor(shard: number, position: number, applied: number) {
    super('view-broken', 500, `shard ${shard}: event at position ${position} does not follow position ${applied}`);
  }
}

const POSITIONS_KEPT = 2048;

/**
 * Who is protected, built from the registry's events alone. The registry and every reader of its stream build the same
 * view, so count and digest per shard tell whether a reader's view is whole (P3, T3). Only an end that two people settled makes it smaller.
 */
export class ProtectionView {
  private readonly protections = new IndexMap<Protection>();
  private readonly shards: readonly ShardEntries[];
  private readonly said = new SaidAlike();
  private readonly sources = new SourceCounts();
  private wholeDigest: string | undefined;

  /**
   * `digestKey` is the current key of purpose `view-digest`. `positionsKept`: how many changes back `shardDigest` can
   * look, at least; `Infinity` for replay.
   */
  constructor(
    private readonly digestKey: Buffer,
    positionsKept: number = POSITIONS_KEPT,
  ) {
    this.shards = Array.from({ length: SHARDS }, () => new ShardEntries(positionsKept));
  }

  /**
   * Applies the next event of a shard; `id` is the event's id. A position already applied is skipped.
   * Throws ViewBroken for a gap, or when the last position comes back under another id (a rewritten history).
   */
  apply(shard: number, position: number, id: string, event: ViewedEvent): void {
    const entries = this.shard(shard);
    if (position < entries.position || (position === entries.position && id === entries.id)) return;
    if (position !== entries.position + 1) throw new ViewBroken(shard, position, entries.position);
    const change = this.changeBy(event);
    entries.advance(position, id, change);
    if (change !== undefined) this.wholeDigest = undefined;
  }

  /** All that such a source protects: a walk over the whole view, for what a person asks now and then. */
  saidBy(match: SourceMatch): BlindIndex[] {
    return this.protections.where(({ statements }) => statements.some(({ source }) => isMeant(source, match)));
  }

  isProtected(index: BlindIndex): Protection | undefined {
    return this.protections.get(index);
  }

  /** The protection of a number that may stand under any live epoch: all of them count together. */
  find(candidates: readonly BlindIndex[]): Protection | undefined {
    return candidates.map((index) => this.protections.get(index)).reduce(join, undefined);
  }

  /** How many numbers are protected. None at all is a reason not to record (T3). */
  get count(): number {
    return this.shards.reduce((sum, shard) => sum + shard.count, 0);
  }

  /** How many persons in custody are protected. */
  get persons(): number {
    return this.personsAt(this.positions()) ?? 0;
  }

  /** The same at named positions. Undefined where a shard has not reached, or no longer knows, its own. */
  personsAt(positions: readonly number[]): number | undefined {
    const persons = this.shards.map((shard, i) => shard.personsAt(positions[i] ?? 0));
    return persons.reduce((sum, one) => (sum === undefined || one === undefined ? undefined : sum + one), 0);
  }

  /** How many numbers a kind of source speaks of; one that several speak of counts for each. */
  countBySource(): ReadonlyMap<ProtectionSource['kind'], number> {
    return this.sources.counts;
  }

  /** The last applied position of each shard; 0: none. */
  positions(): number[] {
    return this.shards.map((shard) => shard.position);
  }

  /** At `atPosition`, or now. Undefined: not reached yet, or no longer known. */
  shardDigest(shard: number, atPosition?: number): ShardDigest | undefined {
    const entries = this.shard(shard);
    return entries.at(atPosition ?? entries.position);
  }

  /** SHA-256, hex, over the twelve shards' digests (64 hex digits each, in order). */
  digest(): string {
    this.wholeDigest ??= digestOf(this.shards.map((shard) => shard.at(shard.position)));
    return this.wholeDigest;
  }

  /** The same at named positions, for replay. Undefined where a shard has not reached, or no longer knows, its own. */
  digestAt(positions: readonly number[]): string | undefined {
    const digests = this.shards.map((shard, i) => shard.at(positions[i] ?? 0));
    return digests.includes(undefined) ? undefined : digestOf(digests);
  }

  /** Persons stand in the digest and not in the count: a list of numbers that was not loaded must not look loaded. */
  private changeBy(event: ViewedEvent): EntryChange | undefined {
    if (!protects(event) && !ends(event)) return undefined;
    const { index } = event.data;
    const of = ofWhom(event);
    const before = this.protections.get(index);
    const after = protects(event)
      ? join(before, this.said.one(event.data))
      : before && without(before, event.data.source);
    if (of === 'number') this.sources.replace(before, after);
    if (after === undefined) this.protections.delete(index);
    else this.protections.set(index, after);
    if ((before === undefined) === (after === undefined)) return undefined;
    const share = entryShare(this.digestKey, index);
    return after === undefined ? { share: withdrawn(share), of, by: -1 } : { share, of, by: 1 };
  }

  private shard(shard: number): ShardEntries {
    const entries = this.shards[shard];
    if (entries === undefined) throw new RangeError(`there is no shard ${shard}`);
    return entries;
  }
}

function digestOf(digests: readonly (ShardDigest | undefined)[]): string {
  const hash = createHash('sha256');
  for (const shard of digests) hash.update(shard?.digest ?? '', 'ascii');
  return hash.digest('hex');
}
