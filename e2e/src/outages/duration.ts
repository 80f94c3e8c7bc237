/** `PRIVITY_FAULTS=long`: outages as long as in life, instead of just long enough to be noticed. */
export const long = process.env['PRIVITY_FAULTS'] === 'long';

/** How long a test may take: these run beside others on machines of any speed. */
export const LIMIT_MS = long ? 1_200_000 : 600_000;
