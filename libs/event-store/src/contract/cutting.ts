import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SHARDS, uuidv7 } from '@privity/kernel';
import pg from 'pg';
import { parseEnvelope } from '../envelope.js';
import { ConcurrencyConflict, StoreUnavailable } from '../errors.js';
import { EventStore } from '../event-store.js';
import type { Appended } from '../event.js';
import { seeded } from '../memory/seeded.js';
import { connected, everyEvent, newCall, SOURCE } from './calls.js';
import type { FreshStore } from './fresh-store.js';

const APPENDERS = 24;
const CUTS = 40;

/** Another seed: PRIVITY_TEST_SEED=7. */
const SEED = Number(process.env['PRIVITY_TEST_SEED'] ?? 1);

export function cutting(openFreshStore: () => Promise<FreshStore>): void {
  describe(`when connections are cut at any moment (seed ${SEED})`, () => {
    let fresh: FreshStore;
    const pools: pg.Pool[] = [];
    const stores: EventStore[] = [];
    beforeAll(async () => {
      fresh = await openFreshStore();
      for (let process = 0; process < 2; process++) {
        const pool = new pg.Pool({ connectionString: fresh.serviceUrl });
        pools.push(pool);
        stores.push(await EventStore.open({ pool, source: SOURCE }));
      }
    });
    afterAll(async () => {
      await Promise.all(stores.map((store) => store.close()));
      await Promise.all(pools.map((pool) => pool.end()));
      await fresh.drop();
    });

    it('loses nothing, doubles nothing, and answers each append truthfully', async () => {
      const random = seeded(SEED);
      const answered = new Map<string, Appended>();
      const refused = new Set<string>();
      const unknown = new Set<string>();
      let over = false;
      const append = async (n: number) => {
        const stream = `call-shared-${n % 8}`;
        for (let k = 0; !over; k++) {
          const id = uuidv7();
          const store = stores[(n + k) % 2] ?? stores[0];
          // some contend for a stream, some have one of their own
          const [target, expected] = k % 3 === 0 ? [stream, k] : [newCall(), 'no stream' as const];
          try {
            const answer = await store?.append(target, expected, [connected(k, { id })]);
            if (answer) answered.set(id, answer);
          } catch (error) {
            if (error instanceof ConcurrencyConflict) refused.add(id);
            else if (error instanceof StoreUnavailable) unknown.add(id);
            else throw error;
          }
        }
      };
      const appenders = Promise.all(Array.from({ length: APPENDERS }, (_, n) => append(n)));
      let cut = 0;
      while (cut < CUTS) {
        await new Promise((resolve) => setTimeout(resolve, random() * 30));
        const { rows } = await fresh.admin.query<{ pid: number }>(
          `select pid from pg_stat_activity where datname = current_database() and usename like '%service'
             and state = 'active' order by pid`,
        );
        const victim = rows[Math.floor(random() * rows.length)];
        if (!victim) continue;
        const { rows: gone } = await fresh.admin.query<{ cut: boolean }>('select pg_terminate_backend($1) as cut', [
          victim.pid,
        ]);
        if (gone[0]?.cut) cut++;
      }
      over = true;
      await appenders;

      const events = await everyEvent(stores[0] as EventStore);
      const byId = new Map(events.map((event) => [event.id, event]));
      expect(byId.size).toBe(events.length);
      expect(answered.size).toBeGreaterThan(CUTS);
      for (const [id, answer] of answered) expect(byId.get(id)).toEqual(answer.events[0]);
      for (const id of refused) expect(byId.has(id)).toBe(false);
      for (const { id } of events) expect(answered.has(id) || unknown.has(id)).toBe(true);
      for (let shard = 0; shard < SHARDS; shard++) {
        const inShard = events.filter((event) => event.shard === shard);
        expect(inShard.map((event) => event.position)).toEqual(inShard.map((_, n) => n + 1));
        expect(inShard.map((event) => parseEnvelope(event.text).previd)).toEqual(
          inShard.map((_, n) => inShard[n - 1]?.id),
        );
      }
    }, 60_000);
  });
}
