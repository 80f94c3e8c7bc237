import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SHARDS, uuidv7 } from '@privity/kernel';
import { batchArguments } from '../batch.js';
import { ShardCountMismatch } from '../errors.js';
import { EventStore } from '../event-store.js';
import { append } from '../sql/append.js';
import { readIdentity } from '../sql/read-identity.js';
import { SqlDatabase } from '../sql-database.js';
import { prepare } from '../validation.js';
import { callInShard, connected, SOURCE } from './calls.js';
import type { FreshStore } from './fresh-store.js';

const ALL = Array.from({ length: SHARDS }, (_, shard) => shard);

export function locking(openFreshStore: () => Promise<FreshStore>): void {
  describe('locking the shards', () => {
    let fresh: FreshStore;
    let identity: string;
    beforeAll(async () => {
      fresh = await openFreshStore();
      identity = (await fresh.service.query<{ identity: string }>(readIdentity)).rows[0]?.identity ?? '';
    });
    afterAll(() => fresh.drop());

    /** Past the process, which would try again: whatever goes wrong in the database shows. */
    const appendTo = (streams: readonly string[]) => {
      const now = new Date().toISOString();
      const batch = streams.map((stream) => prepare(SOURCE, stream, 'any', [connected(1, { id: uuidv7() })], now));
      return new SqlDatabase(fresh.service).append(identity, new Map(), batch);
    };

    it('does not deadlock, nor collide, when transactions want them in opposite order', async () => {
      const forward = ALL.map(callInShard);
      const backward = [...forward].reverse();
      for (let round = 0; round < 30; round++) {
        await Promise.all([forward, backward, forward, backward].map(appendTo));
      }
      const store = await EventStore.open({ pool: fresh.service, source: SOURCE });
      expect((await store.heads()).map((head) => head.position)).toEqual(ALL.map(() => 120));
      await store.close();
    });

    it('locks them in order, wherever their rows lie, before it does anything else', async () => {
      // each update moves a row behind the others: from now on they lie in another order
      for (const shard of [...ALL].reverse()) await appendTo([callInShard(shard)]);
      let waiting: ReturnType<typeof appendTo> | undefined;
      const free = await holding(5, async () => {
        waiting = appendTo([9, 5, 0, 11, 3].map(callInShard));
        await untilWaiting();
        return fresh.owner.query<{ shard: number }>(
          'select shard from event_store.head order by shard for update skip locked',
        );
      });
      expect(free.rows.map((row) => row.shard)).toEqual([1, 2, 4, 6, 7, 8, 9, 10, 11]);
      expect((await waiting)?.map((row) => row.written)).toEqual([true, true, true, true, true]);
    });

    it('lets appends to other shards pass', async () => {
      expect(await holding(5, () => appendTo([callInShard(6)]))).toMatchObject([{ written: true }]);
    });

    it('wants a transaction that sees what it waited for', async () => {
      const client = await fresh.service.connect();
      try {
        await client.query('begin isolation level repeatable read');
        const values = batchArguments(identity, new Map(), []);
        await expect(client.query({ ...append, values })).rejects.toMatchObject({ code: '25001' });
      } finally {
        client.release(true);
      }
    });

    it('does not open a store that was laid out for another number of shards', async () => {
      const copy = await fresh.copy();
      await copy.admin.query('insert into event_store.head (shard) values (12)');
      await expect(EventStore.open({ pool: copy.service, source: SOURCE })).rejects.toBeInstanceOf(ShardCountMismatch);
      await copy.drop();
    });

    async function holding<T>(shard: number, work: () => Promise<T>): Promise<T> {
      const holder = await fresh.owner.connect();
      try {
        await holder.query('begin');
        await holder.query('select from event_store.head where shard = $1 for update', [shard]);
        return await work();
      } finally {
        holder.release(true);
      }
    }

    async function untilWaiting(): Promise<void> {
      for (;;) {
        const { rows } = await fresh.admin.query(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        if (rows.length > 0) return;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  });
}
