/** `PRIVITY_FAULTS=long`: longer outages and more of them, in an order that `PRIVITY_FAULTS_SEED` repeats. */
export const long = process.env['PRIVITY_FAULTS'] === 'long';

export const seed = Number(process.env['PRIVITY_FAULTS_SEED'] ?? (long ? Date.now() % 1_000_000 : 1));

/** mulberry32: numbers from 0 to 1, the same for the same seed. */
export function seeded(from: number): () => number {
  let state = from;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
