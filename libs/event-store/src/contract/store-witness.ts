import type { EventStore } from '../event-store.js';
import type { HeadWitness } from '../witness.js';

/** Another store that has seen the events, as topic and audit log do. */
export function storeWitness(store: EventStore): HeadWitness {
  return {
    name: 'the witness',
    heads: () => store.heads(),
    readAfter: async (shard, position, limit) =>
      (await store.readShard(shard, position, limit)).map(({ text }) => text),
  };
}
