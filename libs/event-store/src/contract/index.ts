import { describe, jest } from '@jest/globals';
import { appending } from './appending.js';
import { failing } from './failing.js';
import type { FreshStore } from './fresh-store.js';
import { keeping } from './keeping.js';
import { locking } from './locking.js';
import { repeating } from './repeating.js';
import { restoring } from './restoring.js';

export { fallibleLine, type Cut, type FallibleLine } from './fallible-line.js';
export { freshStore, type FreshStore } from './fresh-store.js';
export { storeWitness } from './store-witness.js';

/** What every event store must do, on every database that it may run on. `openFreshStore` gives an empty one each time. */
export function eventStoreContract(name: string, openFreshStore: () => Promise<FreshStore>): void {
  jest.setTimeout(30_000);
  describe(`event store on ${name}`, () => {
    appending(openFreshStore);
    locking(openFreshStore);
    repeating(openFreshStore);
    keeping(openFreshStore);
    failing(openFreshStore);
    restoring(openFreshStore);
  });
}
