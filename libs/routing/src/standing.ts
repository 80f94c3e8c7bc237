import type { ProtectionCategory, ProtectionSource } from '@privity/registry/events';
import type { BlindIndex } from '@privity/kernel';
import type { RegistryViewUsed } from './events.js';
import type { RegistryMoment, Standing } from './facts.js';

/** What the registry has of a number or a person, as far as a decision asks. */
export interface Protected {
  readonly category: ProtectionCategory;
  /** What stands, by source. */
  readonly statements: readonly { readonly source: ProtectionSource; readonly since: string }[];
}

/** The registry as a view of it stands. @param hasHeardOf whether the view ever saw this claim */
export function registryMoment(
  used: RegistryViewUsed,
  isProtected: (index: BlindIndex) => Protected | undefined,
  hasHeardOf: (claim: string) => boolean,
): RegistryMoment {
  return {
    used,
    standing: (index) => standingOf(isProtected(index)),
    claim: (index) => claimIn(isProtected(index)),
    hasHeardOf,
  };
}

/** Any word but a claim's protects for good; a hotline is one whoever says so. */
export function standingOf(protection: Protected | undefined): Standing {
  if (protection === undefined) return undefined;
  if (protection.category === 'hotline') return 'hotline';
  return claimIn(protection) === undefined ? 'protected' : 'claimed';
}

/** The first claim of a number on which nobody has said anything else. */
export function claimIn(protection: Protected | undefined): string | undefined {
  const { statements = [] } = protection ?? {};
  if (statements.some(({ source }) => source.kind !== 'claim')) return undefined;
  const inOrder = statements.map(({ source: { ref }, since }) => ({ ref, since }));
  return inOrder.sort((a, b) => (a.since + a.ref < b.since + b.ref ? -1 : 1))[0]?.ref;
}
