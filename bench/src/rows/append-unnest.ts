import { SHARDS, uuidv7 } from '@privity/kernel';
import pg from 'pg';
import type { BenchServer } from '../database.js';
import type { Figures } from '../line.js';
import { EVENT, freshStore, newCall } from './append-load.js';

const ROWS = 500;
/** As many as the store has transactions under way, so that one computes while the other's commit goes to disk. */
const CONNECTIONS = 2;

const TABLE = `
create table event (
  shard int not null,
  position bigint not null,
  stream text collate "C" not null,
  sequence int not null,
  id uuid not null,
  event text not null,
  primary key (shard, position),
  unique (stream, sequence),
  unique (id, shard)
)`;

const INSERT = {
  name: 'insert',
  text: `insert into event (shard, position, stream, sequence, id, event)
    select * from unnest($1::int[], $2::bigint[], $3::text[], $4::int[], $5::uuid[], $6::text[])`,
};

export interface Unnest {
  insert(ms: number): Promise<Figures>;
  close(): Promise<void>;
}

/**
 * What the same rows cost at least: a table of the same columns, collation and unique indexes in the same server, durable,
 * as many connections. Each row brings what nothing can do without, a new id and a new stream; its text is finished, of
 * the very bytes that an append stores. There is no check, no lock, no trigger, and nobody waits for an answer of his own.
 */
export async function openUnnest(server: BenchServer): Promise<Unnest> {
  const { text } = await exemplar(server);
  const { ownerUrl } = await server.fresh(async (owner) => void (await owner.query(TABLE)));
  const clients = Array.from({ length: CONNECTIONS }, () => new pg.Client({ connectionString: ownerUrl }));
  for (const client of clients) await client.connect();
  let position = 0;
  const batch = () => {
    const first = position;
    position += ROWS;
    const numbers = Array.from({ length: ROWS }, (_, n) => first + n);
    return [
      numbers.map((n) => n % SHARDS),
      numbers,
      numbers.map(newCall),
      numbers.map(() => 1),
      numbers.map(uuidv7),
      numbers.map(() => text),
    ];
  };
  return {
    insert: async (ms) => {
      const started = performance.now();
      let rows = 0;
      await Promise.all(
        clients.map(async (client) => {
          while (performance.now() < started + ms) {
            await client.query({ ...INSERT, values: batch() });
            rows += ROWS;
          }
        }),
      );
      return { 'rows/s': rows / ((performance.now() - started) / 1000) };
    },
    close: async () => {
      for (const client of clients) await client.end();
    },
  };
}

/** An event as the store keeps it, not the first of its shard. */
async function exemplar(server: BenchServer): Promise<{ text: string }> {
  const { store, close } = await freshStore(server);
  const { events } = await store.append(newCall(), 'no stream', [EVENT, EVENT]);
  await close();
  const [, second] = events;
  if (!second) throw new Error('an append of two events answers with two');
  return second;
}
