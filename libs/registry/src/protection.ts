import type { Instant } from '@privity/kernel';
import { mostRestrictive } from './categories.js';
import type { ProtectionCategory, ProtectionSource } from './events.js';

/** What is known of a protected number, or of a protected person in custody. */
export interface Protection {
  /** The most restrictive that any source stated. */
  readonly category: ProtectionCategory;
  readonly sources: readonly ProtectionSource[];
  /** The earliest beginning that any source stated. */
  readonly since: Instant;
}

/** What two sources say together; the order they came in does not matter. */
export function join(a: Protection | undefined, b: Protection): Protection;
export function join(a: Protection | undefined, b: Protection | undefined): Protection | undefined;
export function join(a: Protection | undefined, b: Protection | undefined): Protection | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const isNew = (source: ProtectionSource) =>
    !a.sources.some((known) => known.kind === source.kind && known.ref === source.ref);
  return {
    category: mostRestrictive(a.category, b.category),
    sources: [...a.sources, ...b.sources.filter(isNew)],
    since: a.since < b.since ? a.since : b.since,
  };
}
