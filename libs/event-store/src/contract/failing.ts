import { beforeAll, afterAll, describe, expect, it } from '@jest/globals';
import { uuidv7 } from '@privity/kernel';
import pg from 'pg';
import { StoreUnavailable } from '../errors.js';
import { EventStore } from '../event-store.js';
import { callInShard, connected, newCall, SOURCE } from './calls.js';
import { fallibleLine } from './fallible-line.js';
import type { Cut, FallibleLine } from './fallible-line.js';
import type { FreshStore } from './fresh-store.js';

export function failing(openFreshStore: () => Promise<FreshStore>): void {
  describe('when the database goes away', () => {
    let fresh: FreshStore;
    let line: FallibleLine;
    let pool: pg.Pool;
    let store: EventStore;
    beforeAll(async () => {
      fresh = await openFreshStore();
      line = await fallibleLine(fresh.serviceUrl);
      pool = new pg.Pool({ connectionString: line.url });
      store = await EventStore.open({ pool, source: SOURCE });
    });
    afterAll(async () => {
      await store.close();
      await pool.end();
      await line.close();
      await fresh.drop();
    });

    const cuts: Cut[] = ['before the append arrives', 'after the commit'];
    it.each(cuts)('a connection cut %s is tried again, and nothing is doubled', async (when) => {
      const streams = Array.from({ length: 50 }, newCall);
      await store.append(newCall(), 'any', [connected()]);
      const { done } = line.cutNext(when);
      const answers = await Promise.all(streams.map((stream) => store.append(stream, 'no stream', [connected()])));
      expect(done()).toBe(true);
      expect(answers.some((answer) => answer.repeated)).toBe(when === 'after the commit');
      for (const [n, stream] of streams.entries()) {
        expect(await store.readStream(stream)).toEqual(answers[n]?.events);
        expect(answers[n]?.version).toBe(1);
      }
    });

    it('a backend that is killed in its transaction leaves nothing, and the append is tried again', async () => {
      const stream = callInShard(3);
      const holder = await fresh.owner.connect();
      await holder.query('begin');
      await holder.query('select from event_store.head where shard = 3 for update');
      const append = store.append(stream, 'no stream', [connected(1), connected(2)]);
      let killed = 0;
      while (killed === 0) {
        const { rows } = await fresh.admin.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and wait_event_type = 'Lock' and query like '%event_store.append%'
             and pid <> pg_backend_pid()`,
        );
        killed = rows.length;
      }
      await holder.query('rollback');
      holder.release();
      expect(await append).toMatchObject({ version: 2, repeated: false });
      expect(await store.readStream(stream)).toHaveLength(2);
    });

    it('answers StoreUnavailable after bounded tries, to all that wait, and goes on afterwards', async () => {
      const event = connected(1, { id: uuidv7() });
      const stream = newCall();
      line.down();
      const started = Date.now();
      const results = await Promise.allSettled([
        store.append(stream, 'no stream', [event]),
        ...Array.from({ length: 30 }, () => store.append(stream, 'any', [connected()])),
        store.append(newCall(), 'any', [connected()]),
      ]);
      expect(Date.now() - started).toBeLessThan(12_000);
      for (const result of results) {
        expect(result).toMatchObject({ status: 'rejected', reason: { code: 'store-unavailable' } });
      }
      await expect(store.readStream(stream)).rejects.toBeInstanceOf(StoreUnavailable);
      line.restore();
      expect(await store.append(stream, 'no stream', [event])).toMatchObject({ version: 1, repeated: false });
    }, 20_000);

    it('answers everything that was queued before it closes, and refuses what comes after', async () => {
      const closing = await EventStore.open({ pool: fresh.service, source: SOURCE });
      const stream = newCall();
      const appends = Array.from({ length: 20 }, () => closing.append(stream, 'any', [connected()]));
      let answered = 0;
      for (const append of appends) void append.then(() => answered++);
      await closing.close();
      expect(answered).toBe(20);
      expect((await Promise.all(appends)).map((answer) => answer.version)).toEqual(appends.map((_, n) => n + 1));
      await expect(closing.append(stream, 'any', [connected()])).rejects.toBeInstanceOf(StoreUnavailable);
    });
  });
}
