import type { BlindIndex } from '@privity/kernel';

/** One stream for each protected number, whatever the source: one answer, system-wide (P2). */
export function numberStream(index: BlindIndex): string {
  return `number-${index}`;
}

export function importStream(importId: string): string {
  return `import-${importId}`;
}
