/** After so many attempts a message is given up, and a person told. */
export const NOTICE_ATTEMPTS = 12;
const LONGEST_PAUSE_MS = 6 * 60 * 60 * 1_000;

/** How long to wait after the n-th attempt failed: the first pause, doubled each time, six hours at most. */
export function pauseAfter(attempts: number, firstMs: number): number {
  return Math.min(firstMs * 2 ** (attempts - 1), LONGEST_PAUSE_MS);
}
