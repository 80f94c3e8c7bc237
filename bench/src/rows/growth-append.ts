import { migrateEventStore } from '@privity/event-store';
import { SHARDS } from '@privity/kernel';
import pg from 'pg';
import { withServer } from '../database.js';
import { atLeast, type Figures, type Line, type Row } from '../line.js';
import { repeat } from '../rounds.js';
import { openStore } from '../store.js';
import { appending, EVENT, newCall } from './append-load.js';

const FILLING = 1_000;

/**
 * Through the append function, a thousand new streams a statement, made in the server: as many bytes and rows as appends
 * from here leave, in a third of the time. Ids begin with the time, as those of a service do.
 */
const FILL = `
with made as (
  select 'call-' || id as stream, id, row_number() over () as n
    from (select overlay(gen_random_uuid()::text placing regexp_replace(
            lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0'), '^(.{8})', '\\1-') from 1 for 13)::uuid as id
            from generate_series(1, $1)) ids),
lists as (
  select array_agg(n::int order by n) as owners, array_agg(shard order by n) as shards, array_agg(-1::bigint) as expected,
         array_agg(stream order by n) as streams, array_agg(id order by n) as ids,
         array_agg(format($2, id, stream) order by n) as bodies
    from (select *, (('x' || left(encode(sha256(convert_to(stream, 'UTF8')), 'hex'), 8))::bit(32)::bigint % ${SHARDS})::int
                    as shard from made) placed)
select event_store.append(event_store.identity(), array(select generate_series(0, ${SHARDS - 1})),
    array_fill(0::bigint, array[${SHARDS}]), array_fill(null::uuid, array[${SHARDS}]),
    owners, shards, expected, streams, ids, bodies) is not null as appended
  from lists`;

const BODY =
  '{"specversion":"1.0","id":"%s","source":"/privity/bench","type":"routing.CallDecided","subject":"%s",' +
  '"time":"2026-01-01T00:00:00.000Z","datacontenttype":"application/json",' +
  `"dataschema":"urn:privity:routing.CallDecided:1","data":${JSON.stringify(EVENT.data)}`;

/** Whether an append takes as long in a store of five million events as in one of a hundred thousand. */
export const growthAppend: Row = {
  name: 'growth-append',
  measure: ({ databaseUrl, rounds, quick, say }) =>
    withServer(databaseUrl, async (server): Promise<Line[]> => {
      const sizes = quick ? [2_000, 20_000, 60_000] : [100_000, 1_000_000, 5_000_000];
      const { ownerUrl, serviceUrl } = await server.fresh(migrateEventStore);
      const owner = new pg.Client({ connectionString: ownerUrl });
      await owner.connect();
      const { store, close } = await openStore(serviceUrl);
      const events = async () => (await store.heads()).reduce((sum, head) => sum + head.position, 0);
      const measured: [string, Figures][] = [];
      for (const size of sizes) {
        say(`${size} events`);
        for (let held = await events(); held < size; held += FILLING) {
          await owner.query({ name: 'fill', text: FILL, values: [Math.min(FILLING, size - held), BODY] });
        }
        const append = () => store.append(newCall(), 'no stream', [EVENT]);
        measured.push([
          `at ${size / 1e6} million`,
          await repeat(rounds, () => appending(64, quick ? 500 : 3_000, append)),
        ]);
      }
      await close();
      await owner.end();
      const rates = measured.map(([, figures]) => figures['appends/s'] ?? NaN);
      const flat = Math.min(...rates) / (rates[0] ?? NaN);
      const ours = Object.fromEntries(
        measured.map(([at, figures]) => [`appends/s ${at}`, figures['appends/s'] ?? NaN]),
      );
      return [{ work: 'append as the store grows', ours, bars: [atLeast('flat', flat, 0.8, 0.95)], rounds }];
    }),
};
