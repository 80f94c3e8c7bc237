import type { DomainEvent, Instant } from '@privity/kernel';
import type { RegistryFigures } from './certificate.js';

/**
 * What the registry said of itself once in each hour. A heartbeat is forgotten; this can be held against a replay years
 * later. Stream `attestation`.
 */
export type RegistryAttested = DomainEvent<
  'registry.RegistryAttested',
  RegistryFigures & {
    /** Its beginning. */
    readonly hour: Instant;
  }
>;
