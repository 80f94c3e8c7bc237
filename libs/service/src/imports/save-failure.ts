import { setTimeout as pause } from 'node:timers/promises';

import type { JsonLog } from '../log.js';

const RETRY_MS = 1_000;

/**
 * Saves that an import failed, for as long as that takes or until the service stops: whoever sends the file again while
 * it stands as being read would be told to wait for a reader that there is no more.
 */
export async function saveFailure(save: () => Promise<unknown>, signal: AbortSignal, log: JsonLog): Promise<void> {
  for (;;) {
    try {
      await save();
      return;
    } catch (error) {
      log.failure('the failure of an import could not be saved', error);
    }
    if (signal.aborted) return;
    await pause(RETRY_MS, undefined, { signal }).catch(() => undefined);
  }
}
