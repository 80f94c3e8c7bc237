import type { FindingKind } from './events.js';

const KINDS: Readonly<Record<FindingKind, 'machinery' | 'privileged'>> = {
  'registry-unverified': 'machinery',
  'media-refused': 'machinery',
  'media-mismatch': 'machinery',
  'list-shrunk': 'machinery',
  'registration-overdue': 'machinery',
  'notice-failed': 'machinery',
  probing: 'machinery',
  'playback-refused': 'privileged',
  'protected-recorded': 'privileged',
  'protected-number-denied': 'privileged',
  'recording-sealed-late': 'privileged',
};

export const FINDING_KINDS = Object.keys(KINDS) as readonly FindingKind[];

/**
 * The kinds that a reader may list. That a recording was sealed says that somebody called a lawyer (P12), so an
 * operator, who looks after the machinery, gets only what is wrong with it.
 */
export function visibleKinds(roles: readonly string[]): readonly FindingKind[] {
  if (roles.includes('auditor') || roles.includes('privacy-officer')) return FINDING_KINDS;
  return roles.includes('operator') ? FINDING_KINDS.filter((kind) => KINDS[kind] === 'machinery') : [];
}
