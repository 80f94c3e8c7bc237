import { setTimeout as sleep } from 'node:timers/promises';
import { isPassing } from '@privity/client';

/** Long enough for a part that died to be started again, or a server to be there after it. */
const PATIENCE_MS = 60_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Repeats what could not be done at this moment, as a dialler would: every step of a call may be repeated under its id.
 * Anything else that is answered stands.
 */
export async function patiently<T>(step: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await step();
    } catch (error) {
      if (!isPassing(error) || Date.now() > deadline) throw error;
      await sleep(pause);
    }
  }
}
