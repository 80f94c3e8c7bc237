import type { BarStatus } from './events.js';

const KNOWN: readonly BarStatus[] = ['active', 'inactive', 'resigned', 'suspended', 'disbarred'];

/** A bar roll's STATUS in any case. What no rule knows is `unknown`, and kept: a later rule may know it. */
export function barStatus(text: string): BarStatus {
  const status = text.trim().toLowerCase();
  return KNOWN.find((known) => known === status) ?? 'unknown';
}

/** Only an active member's numbers count by the roll; what other sources say of the same number stands (P2). */
export function protectsNumbers(status: BarStatus): boolean {
  return status === 'active';
}
