import { describe, jest } from '@jest/globals';
import { appending } from './appending.js';
import { sqlStore } from './contract-store.js';
import type { ContractStore } from './contract-store.js';
import { cutting } from './cutting.js';
import { failing } from './failing.js';
import type { FreshStore } from './fresh-store.js';
import { keeping } from './keeping.js';
import { locking } from './locking.js';
import { repeating } from './repeating.js';
import { restoring } from './restoring.js';

export { memoryStore, type ContractStore } from './contract-store.js';
export { fallibleLine, type Cut, type FallibleLine } from './fallible-line.js';
export { freshStore, type FreshStore } from './fresh-store.js';
export { storeWitness } from './store-witness.js';

/** What every event store must do, on every database that it may run on. `openFreshStore` gives an empty one each time. */
export function eventStoreContract(name: string, openFreshStore: () => Promise<FreshStore>): void {
  eventStoreBehaviour(name, async () => sqlStore(await openFreshStore()));
  describe(`event store on ${name}, as a database`, () => {
    locking(openFreshStore);
    keeping(openFreshStore);
    failing(openFreshStore);
    cutting(openFreshStore);
  });
}

/** As much of it as holds also where there are no roles, locks and connections. */
export function eventStoreBehaviour(name: string, openStore: () => Promise<ContractStore>): void {
  jest.setTimeout(30_000);
  describe(`event store on ${name}`, () => {
    appending(openStore);
    repeating(openStore);
    restoring(openStore);
  });
}
