import type { BlindIndex } from '@privity/kernel';

/** One stream for each protected number, whatever the source: one answer, system-wide (P2). */
export function numberStream(index: BlindIndex): string {
  return `number-${index}`;
}

/** One stream for each protected person in custody. */
export function callerProtectionStream(index: BlindIndex): string {
  return `caller-${index}`;
}

export function importStream(importId: string): string {
  return `import-${importId}`;
}

/** What the registry said of itself, hour by hour. */
export const ATTESTATION_STREAM = 'attestation';

export function comparisonStream(id: string): string {
  return `comparison-${id}`;
}

export function caseStream(id: string): string {
  return `case-${id}`;
}

export function registrationStream(id: string): string {
  return `registration-${id}`;
}

export function noticeStream(id: string): string {
  return `notice-${id}`;
}
