import { join } from 'node:path';

/** The checkout: services are started from its `apps`, the samples lie in its `samples`. */
export const REPOSITORY = join(import.meta.dirname, '..', '..', '..');

/** Rules that sample calls are recorded by. */
export const SAMPLE_RULES = join(REPOSITORY, 'samples', 'jurisdictions.json');

export const SAMPLES = join(REPOSITORY, 'samples', 'legacy-export');
