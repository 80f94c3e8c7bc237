import { beforeAll, afterAll, describe, expect, it } from '@jest/globals';
import { SHARDS, shardOf, uuidv7 } from '@privity/kernel';
import { parseEnvelope } from '../envelope.js';
import { ConcurrencyConflict, InvalidEvent } from '../errors.js';
import type { EventStore } from '../event-store.js';
import { callInShard, connected, everyEvent, newCall } from './calls.js';
import type { ContractStore } from './contract-store.js';

export function appending(openStore: () => Promise<ContractStore>): void {
  describe('appending', () => {
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

    it('gives positions in the shard, versions in the stream and the id of the predecessor', async () => {
      const stream = newCall();
      const first = await store.append(stream, 'no stream', [connected(1), connected(2)]);
      const second = await store.append(stream, 2, [connected(3)]);
      expect(first).toMatchObject({ version: 2, repeated: false });
      expect(second).toMatchObject({ version: 3, repeated: false });
      const events = [...first.events, ...second.events];
      expect(events.map((event) => event.sequence)).toEqual([1, 2, 3]);
      expect(events.map((event) => event.shard)).toEqual([shardOf(stream), shardOf(stream), shardOf(stream)]);
      expect(parseEnvelope(events[2]?.text ?? '')).toMatchObject({
        subject: stream,
        sequence: '3',
        shard: shardOf(stream),
        position: String(events[2]?.position),
        previd: events[1]?.id,
        dataschema: 'urn:privity:routing.CallConnected:1',
      });
      expect(await store.readStream(stream)).toEqual(events);
      expect(await store.readStream(stream, 2)).toEqual(second.events);
    });

    it('refuses an expected version far above the end', async () => {
      const stream = newCall();
      await store.append(stream, 'any', [connected()]);
      await expect(store.append(stream, 1_000_000, [connected()])).rejects.toMatchObject({
        code: 'concurrency-conflict',
        actual: 1,
      });
      await expect(store.append(newCall(), Number.MAX_SAFE_INTEGER, [connected()])).rejects.toMatchObject({
        actual: 0,
      });
      await expect(store.append(stream, 0, [connected()])).rejects.toBeInstanceOf(ConcurrencyConflict);
    });

    it('lets one of two concurrent creates win', async () => {
      const other = await fresh.open();
      for (let round = 0; round < 20; round++) {
        const stream = newCall();
        const results = await Promise.allSettled(
          [store, other, store, other].map((each) => each.append(stream, 'no stream', [connected(round)])),
        );
        expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
        expect(await store.readStream(stream)).toHaveLength(1);
      }
      await other.close();
    });

    it('keeps a conflict and a bad event from its neighbours', async () => {
      const taken = newCall();
      await store.append(taken, 'no stream', [connected()]);
      const results = await Promise.allSettled([
        store.append(newCall(), 'no stream', [connected()]),
        store.append(taken, 'no stream', [connected()]),
        store.append(newCall(), 'any', [{ type: 'routing.CallConnected', data: { who: 'a\0b' } }]),
        store.append(newCall(), 7, [connected(), connected()]),
        store.append(newCall(), 'any', [connected(), connected()]),
      ]);
      expect(results.map((result) => result.status)).toEqual([
        'fulfilled',
        'rejected',
        'rejected',
        'rejected',
        'fulfilled',
      ]);
      expect(results[2]).toMatchObject({ reason: { field: 'events[0].data.who' } });
    });

    it('writes an append of several events whole or not at all', async () => {
      const stream = newCall();
      await expect(
        store.append(stream, 'any', [connected(), { type: 'routing.CallConnected', data: { at: Number.NaN } }]),
      ).rejects.toBeInstanceOf(InvalidEvent);
      expect(await store.readStream(stream)).toEqual([]);
    });

    it('is gapless and chained after many concurrent appends, conflicts and repeats by two processes', async () => {
      const other = await fresh.open();
      const streams = Array.from({ length: 40 }, newCall);
      const repeated = connected(0, { id: uuidv7() });
      await Promise.allSettled(
        Array.from({ length: 2_000 }, (_, n) => {
          const target = n % 2 ? store : other;
          const stream = streams[n % streams.length] ?? '';
          if (n % 50 === 0) return target.append(streams[0] ?? '', 'any', [repeated]);
          return target.append(
            stream,
            n % 7 ? 'any' : n % 20,
            Array.from({ length: 1 + (n % 3) }, () => connected(n)),
          );
        }),
      );
      await other.close();
      const events = await everyEvent(store);
      expect(events.length).toBeGreaterThan(3_000);
      expect(events.filter((event) => event.id === repeated.id)).toHaveLength(1);
      for (let shard = 0; shard < SHARDS; shard++) {
        const inShard = events.filter((event) => event.shard === shard);
        expect(inShard.map((event) => event.position)).toEqual(inShard.map((_, n) => n + 1));
        expect(inShard.map((event) => parseEnvelope(event.text).previd)).toEqual(
          inShard.map((_, n) => inShard[n - 1]?.id),
        );
        expect((await store.heads())[shard]).toEqual({
          shard,
          position: inShard.length,
          ...(inShard.length > 0 ? { id: inShard[inShard.length - 1]?.id } : {}),
        });
      }
      for (const stream of streams) {
        const sequences = (await store.readStream(stream)).map((event) => event.sequence);
        expect(sequences).toEqual(sequences.map((_, n) => n + 1));
      }
    });

    it('keeps the order of one caller, also without waiting for the answers', async () => {
      const stream = newCall();
      await Promise.all(Array.from({ length: 30 }, (_, n) => store.append(stream, n, [connected(n)])));
      const events = await store.readStream(stream);
      expect(events.map((event) => parseEnvelope<{ n: number }>(event.text).data.n)).toEqual(events.map((_, n) => n));
    });

    it('gives out pages of a shard in order', async () => {
      const stream = callInShard(5);
      await store.append(stream, 'any', [connected(1), connected(2), connected(3)]);
      const all = await store.readShard(5, 0, 1_000_000);
      const pages = [];
      for (let after = 0; ;) {
        const page = await store.readShard(5, after, 2);
        if (page.length === 0) break;
        pages.push(...page);
        after = page[page.length - 1]?.position ?? 0;
      }
      expect(pages).toEqual(all);
    });

    it('tells listeners of what was written, and of nothing else', async () => {
      let told = 0;
      const stop = store.onAppended(() => told++);
      const stream = newCall();
      await store.append(stream, 'no stream', [connected()]);
      expect(told).toBe(1);
      await expect(store.append(stream, 'no stream', [connected()])).rejects.toBeInstanceOf(ConcurrencyConflict);
      stop();
      await store.append(stream, 1, [connected()]);
      expect(told).toBe(1);
    });
  });
}
