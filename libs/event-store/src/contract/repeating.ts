import { beforeAll, afterAll, describe, expect, it } from '@jest/globals';
import { uuidv7 } from '@privity/kernel';
import { ConcurrencyConflict, DuplicateEvent } from '../errors.js';
import type { EventStore } from '../event-store.js';
import { callInShard, connected, newCall } from './calls.js';
import type { ContractStore } from './contract-store.js';

export function repeating(openStore: () => Promise<ContractStore>): void {
  describe('repeating an id', () => {
    let fresh: ContractStore;
    let store: EventStore;
    beforeAll(async () => {
      fresh = await openStore();
      store = await fresh.open();
    });
    afterAll(async () => {
      await store.close();
      await fresh.drop();
    });

    it('with the same content is one event, and the first answer again', async () => {
      const stream = newCall();
      const events = [connected(1, { id: uuidv7() }), connected(2, { id: uuidv7() })];
      const first = await store.append(stream, 'no stream', events);
      await store.append(stream, 2, [connected(3)]);
      const again = await store.append(stream, 'no stream', events);
      expect(again).toEqual({ ...first, repeated: true });
      expect(await store.readStream(stream)).toHaveLength(3);
    });

    it('in the same transaction is one event', async () => {
      const stream = newCall();
      const event = connected(1, { id: uuidv7() });
      const answers = await Promise.all([1, 2, 3].map(() => store.append(stream, 'any', [event])));
      expect(answers.map((answer) => answer.repeated)).toEqual([false, true, true]);
      expect(await store.readStream(stream)).toHaveLength(1);
    });

    it('later, with a time that only the store gave, is one event: so a reactor may try again', async () => {
      const stream = newCall();
      const event = connected(1, { id: uuidv7(), causationid: uuidv7(), actor: 'routing' });
      const first = await store.append(stream, 'any', [event]);
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(await store.append(stream, 'any', [event])).toEqual({ ...first, repeated: true });
    });

    it('with other content is a DuplicateEvent, whatever differs', async () => {
      const stream = callInShard(1);
      const event = connected(1, { id: uuidv7(), time: '2025-11-02T08:30:00.000Z', actor: 'a' });
      await store.append(stream, 'any', [event]);
      for (const other of [
        { ...event, data: { n: 2 } },
        { ...event, type: 'routing.CallEnded' },
        { ...event, version: 2 },
        { ...event, actor: 'b' },
        { ...event, correlationid: 'c' },
        { ...event, time: '2025-11-02T08:30:00.001Z' },
      ]) {
        await expect(store.append(stream, 'any', [other])).rejects.toBeInstanceOf(DuplicateEvent);
      }
      await expect(store.append(callInShard(1), 'any', [event])).rejects.toBeInstanceOf(DuplicateEvent);
      expect(await store.readStream(stream)).toHaveLength(1);
    });

    it('in two streams at once is one event and a DuplicateEvent, and does not harm the rest', async () => {
      const event = connected(1, { id: uuidv7() });
      const results = await Promise.allSettled([
        store.append(callInShard(2), 'any', [event]),
        store.append(callInShard(2), 'any', [event]),
        store.append(callInShard(2), 'any', [connected(2)]),
      ]);
      expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(results[1]).toMatchObject({ reason: { code: 'duplicate-event' } });
    });

    it('in an append that also holds new events is a DuplicateEvent, and nothing is written', async () => {
      const stream = newCall();
      const event = connected(1, { id: uuidv7() });
      await store.append(stream, 'any', [event]);
      await expect(store.append(stream, 'any', [connected(2), event])).rejects.toMatchObject({ id: event.id });
      expect(await store.readStream(stream)).toHaveLength(1);
    });

    it('of an append that conflicted writes it at last', async () => {
      const stream = newCall();
      await store.append(stream, 'any', [connected(1)]);
      const event = connected(2, { id: uuidv7() });
      await expect(store.append(stream, 'no stream', [event])).rejects.toBeInstanceOf(ConcurrencyConflict);
      expect(await store.append(stream, 1, [event])).toMatchObject({ version: 2, repeated: false });
    });
  });
}
