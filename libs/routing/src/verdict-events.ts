import type { DomainEvent } from '@privity/kernel';
import type { RegistryViewUsed } from './events.js';

/**
 * A replica of routing believes its view of the registry, or no longer does (P3): also while nobody calls. Stream
 * `registry-view-<replica>`; before the first of them nothing was believed.
 */
export type RegistryVerdictChanged = DomainEvent<
  'routing.RegistryVerdictChanged',
  {
    readonly from: RegistryViewUsed['state'];
    readonly to: RegistryViewUsed['state'];
    /** As in a decision. */
    readonly ageMs: number;
  }
>;
