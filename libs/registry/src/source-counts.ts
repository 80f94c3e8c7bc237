import type { ProtectionSource } from './events.js';
import { kindsOf, type Protection } from './protection.js';

/** How many entries each kind of source speaks of. */
export class SourceCounts {
  readonly counts = new Map<ProtectionSource['kind'], number>();

  /** An entry's protection is another now, or begins, or is over. */
  replace(before: Protection | undefined, after: Protection | undefined): void {
    if (before === after) return;
    for (const kind of kindsOf(before)) this.add(kind, -1);
    for (const kind of kindsOf(after)) this.add(kind, 1);
  }

  private add(kind: ProtectionSource['kind'], by: -1 | 1): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + by);
  }
}
