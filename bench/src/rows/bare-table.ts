import { SHARDS, uuidv7 } from '@privity/kernel';
import type pg from 'pg';
import type { BenchServer } from '../database.js';
import { freshStore } from '../store.js';
import { EVENT, newCall } from './append-load.js';

/** As many as the store has transactions under way, so that one computes while the other's commit goes to disk. */
export const CONNECTIONS = 2;

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

/** What a row brings that nothing can do without; its text is finished. */
export interface BareRow {
  readonly position: number;
  readonly stream: string;
  readonly id: string;
}

/** @param position not given before */
export function bareRow(position: number): BareRow {
  return { position, stream: newCall(), id: uuidv7() };
}

/**
 * A table of the columns, collation and unique indexes of the store's, without a check, a lock or a trigger. Its first row,
 * at position 0, has the text that all have: the very bytes that an append stores.
 */
export async function freshBareTable(server: BenchServer): Promise<string> {
  const text = await exemplar(server);
  const { ownerUrl } = await server.fresh(async (owner) => {
    await owner.query(TABLE);
    await insertBare(owner, [bareRow(0)], text);
  });
  return ownerUrl;
}

/** The text that each row of the table has. */
export async function bareText(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ event: string }>('select event from event where shard = 0 and position = 0');
  const [first] = rows;
  if (!first) throw new Error('the bare table has lost its first row');
  return first.event;
}

/** One transaction, durable when it is answered. */
export async function insertBare(client: pg.ClientBase, rows: readonly BareRow[], text: string): Promise<void> {
  const values = [
    rows.map(({ position }) => position % SHARDS),
    rows.map(({ position }) => position),
    rows.map(({ stream }) => stream),
    rows.map(() => 1),
    rows.map(({ id }) => id),
    rows.map(() => text),
  ];
  await client.query({ ...INSERT, values });
}

/** An event as the store keeps it, not the first of its shard. */
async function exemplar(server: BenchServer): Promise<string> {
  const { store, close } = await freshStore(server);
  const { events } = await store.append(newCall(), 'no stream', [EVENT, EVENT]);
  await close();
  const [, second] = events;
  if (!second) throw new Error('an append of two events answers with two');
  return second.text;
}
