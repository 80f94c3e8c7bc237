import { setTimeout as pause } from 'node:timers/promises';

/** Waits until `look` gives something; fails loudly after ten seconds. */
export async function eventually<T>(look: () => Promise<T | undefined | false>, what: string): Promise<T> {
  for (const limit = Date.now() + 10_000; Date.now() < limit; await pause(25)) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
  }
  throw new Error(`never happened: ${what}`);
}
