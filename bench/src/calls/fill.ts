import { randomUUID } from 'node:crypto';
import { type EventStore, parseEnvelope } from '@privity/event-store';
import { currentVersion } from '@privity/routing';
import { openStore } from '../store.js';

const IN_FLIGHT = 2_000;

/** Fills routing's store with calls like one that is in it until it holds so many events. */
export async function fillWithCalls(serviceUrl: string, events: number): Promise<void> {
  const { store, close } = await openStore(serviceUrl, '/privity/routing');
  try {
    const { type, actor, data } = await anyDecision(store);
    const heads = await store.heads();
    let missing = events - heads.reduce((sum, { position }) => sum + position, 0);
    const fill = async () => {
      while (missing-- > 0) {
        const stream = `call-${randomUUID()}`;
        await store.append(stream, 'no stream', [
          {
            type,
            data,
            version: currentVersion(type),
            correlationid: stream,
            ...(actor === undefined ? {} : { actor }),
          },
        ]);
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, fill));
  } finally {
    await close();
  }
}

async function anyDecision(store: EventStore) {
  for (const { shard, position } of await store.heads()) {
    const [newest] = await store.readShard(shard, Math.max(0, position - 1), 1);
    if (newest?.type === 'routing.CallDecided') return parseEnvelope<object>(newest.text);
  }
  throw new Error('no shard of the store ends with a decision');
}
