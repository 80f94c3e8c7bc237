import { setTimeout as sleep } from 'node:timers/promises';
import { ProblemError } from '@privity/client';

const ATTEMPTS = 8;
const FIRST_PAUSE_MS = 250;

/**
 * Repeats what a service could not do at this moment, as a dialler would: every step of a call may be repeated under
 * its id. Anything else it answers stands.
 */
export async function patiently<T>(step: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await step();
    } catch (error) {
      if (!isPassing(error) || attempt === ATTEMPTS) throw error;
      await sleep(FIRST_PAUSE_MS * attempt);
    }
  }
}

/** A busy machine: a view is catching up, or routing did not confirm a permit in time and not a byte was kept (P1). */
function isPassing(error: unknown): boolean {
  if (!(error instanceof ProblemError)) return false;
  return error.status === 503 || error.status === 502 || error.code === 'routing-unreachable';
}
