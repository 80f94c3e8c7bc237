import { setTimeout as sleep } from 'node:timers/promises';
import { ProblemError } from '@privity/client';

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

const LOST_CONNECTION = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT'];

/**
 * A part that is being started again, or a busy machine: a view is catching up, or routing did not confirm a permit in
 * time and not a byte was kept (P1).
 */
export function isPassing(error: unknown): boolean {
  if (error instanceof ProblemError) {
    return [502, 503, 504].includes(error.status) || error.code === 'routing-unreachable';
  }
  return error instanceof Error && 'code' in error && LOST_CONNECTION.includes(String(error.code));
}
