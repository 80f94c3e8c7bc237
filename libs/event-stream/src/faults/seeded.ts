/** `PRIVITY_FAULTS=long`: longer outages and more of them, in an order that `PRIVITY_FAULTS_SEED` repeats. */
export const long = process.env['PRIVITY_FAULTS'] === 'long';

export const seed = Number(process.env['PRIVITY_FAULTS_SEED'] ?? (long ? Date.now() % 1_000_000 : 1));
