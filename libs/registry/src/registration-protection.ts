import type { ProtectionSource, RegistrationReceived } from './events.js';
import type { RegistrationState } from './evolve.js';

/**
 * On whose word a registration's numbers are protected: an attorney's own, which all that they registered share, or the
 * one registration of somebody who works for one, which must be endable by itself.
 */
export function registrationSource({
  as,
  attorney,
  registration,
}: Pick<RegistrationReceived['data'], 'as' | 'attorney' | 'registration'>): ProtectionSource {
  return { kind: 'registration', ref: as === 'attorney' ? attorney : registration };
}

/**
 * Whether a registration protects its numbers: at once where staff entered it, or where an attorney's bar record matches;
 * else once a person confirmed it. A public form that names an attorney as employer is no word of that attorney. For
 * good: an answer that it is not so takes nothing away, since ending takes two people (P2).
 */
export function registrationProtects({ received, match, answer }: RegistrationState): boolean {
  if (received === undefined) return false;
  const { as, enteredBy } = received;
  return enteredBy !== undefined || (as === 'attorney' && match === 'matched') || answer?.result === 'confirmed';
}
