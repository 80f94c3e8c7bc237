import { setTimeout as sleep } from 'node:timers/promises';
import { ProblemError } from '@privity/client';

const LOST_CONNECTION = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT'];

/** Whether a dialler repeats what was answered so: something was away for a moment. */
export function isPassing(error: unknown): boolean {
  if (error instanceof ProblemError) {
    return [502, 503, 504].includes(error.status) || error.code === 'routing-unreachable';
  }
  return error instanceof Error && 'code' in error && LOST_CONNECTION.includes(String(error.code));
}

/** For `attempts` of a client: repeats what may pass, for so long, and tells of each time. */
export function patiently(limitMs: number, onTrouble: (error: unknown) => void = () => undefined) {
  return async <T>(step: () => Promise<T>): Promise<T> => {
    for (const deadline = Date.now() + limitMs; ; await sleep(250)) {
      try {
        return await step();
      } catch (error) {
        if (!isPassing(error) || Date.now() > deadline) throw error;
        onTrouble(error);
      }
    }
  };
}
