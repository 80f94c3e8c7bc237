import { addShare, digestHex, type ImportComparison, listEntryShare } from '@privity/registry';
import type { NewlySeen } from './list-entries.js';

/** Distinct entries of a file as it is read, batch by batch. Memory holds a sum. */
export class EntryCount {
  private entries = 0;
  private sum = 0n;
  private known = 0;
  private standing = 0;
  private overtaken = false;

  /** @param key the current one of purpose `view-digest` */
  constructor(private readonly key: Buffer) {}

  add({ entries, overtaken }: NewlySeen): void {
    this.overtaken ||= overtaken;
    this.entries += entries.length;
    for (const { entry, protectedAs = 0, standsAs = 0 } of entries) {
      this.sum = addShare(this.sum, listEntryShare(this.key, entry));
      if (protectedAs > 0) this.known += 1;
      this.standing += standsAs;
    }
  }

  /** What a certificate says of the file. Nulls where an entry may have been counted twice: what is signed must be so. */
  certified(): { readonly entries: number | null; readonly entriesDigest: string | null } {
    if (this.overtaken) return { entries: null, entriesDigest: null };
    return { entries: this.entries, entriesDigest: digestHex(this.sum) };
  }

  /** @param numbers how many are protected, now that the file is in effect */
  comparedWith(numbers: number): ImportComparison | null {
    if (this.overtaken) return null;
    return { known: this.known, news: this.entries - this.known, missing: numbers - this.standing };
  }
}
