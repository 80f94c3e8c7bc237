import { setTimeout as sleep } from 'node:timers/promises';
import { isPassing } from '@privity/client';

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
