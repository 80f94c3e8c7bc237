import { addShare, digestHex, type ImportComparison, listEntryShare } from '@privity/registry';
import type { NewlySeen } from './list-entries.js';

/** Of a file, each once. */
export interface CountedEntries {
  /** What a certificate says of the file. Null where an entry may have been counted twice: what is signed must be so. */
  readonly entries: number | null;
  readonly entriesDigest: string | null;
  /** Of numbers: how many were protected before. */
  readonly known: number;
  /** Of numbers: how many of the view's entries they are. */
  readonly standing: number;
}

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

  counted(): CountedEntries {
    if (this.overtaken) return { entries: null, entriesDigest: null, known: 0, standing: 0 };
    const { entries, known, standing } = this;
    return { entries, entriesDigest: digestHex(this.sum), known, standing };
  }
}

/** @param numbers how many are protected, now that the file is in effect */
export function comparedWith({ entries, known, standing }: CountedEntries, numbers: number): ImportComparison | null {
  return entries === null ? null : { known, news: entries - known, missing: numbers - standing };
}
