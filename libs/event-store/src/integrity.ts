import { SHARDS } from '@privity/kernel';
import type { Pool } from 'pg';
import { reading } from './database-loss.js';
import { ShardCountMismatch } from './errors.js';
import type { ShardHead } from './event.js';
import type { MarkedStore } from './mark.js';
import { readHeads } from './sql/read-heads.js';
import { readIdentity } from './sql/read-identity.js';
import { readMissing } from './sql/read-missing.js';
import type { HeadWitness } from './witness.js';

export interface StoreState {
  readonly identity: string;
  readonly heads: readonly ShardHead[];
  /** Why this database is not the one that went before, or lacks some of it. Absent: nothing says so. */
  readonly restored?: string;
}

type Queryable = Pick<Pool, 'query'>;

/** All shards, the empty ones at position 0. Throws ShardCountMismatch. */
export async function headsIn(database: Queryable): Promise<ShardHead[]> {
  const { rows } = await reading(() =>
    database.query<{ shard: number; position: string; id: string | null }>(readHeads),
  );
  if (rows.length !== SHARDS || rows.some((row, n) => row.shard !== n))
    throw new ShardCountMismatch(SHARDS, rows.length);
  return rows.map(({ shard, position, id }) => ({ shard, position: Number(position), ...(id === null ? {} : { id }) }));
}

/**
 * Looks whether this is still the store that the mark and the witness remember: same cluster and timeline (or recovered
 * since), and every event that they know to be newest is there, under its id.
 */
export async function inspect(
  database: Queryable,
  mark: MarkedStore | undefined,
  witness: HeadWitness | undefined,
): Promise<StoreState> {
  const { identity, recovered, encoding } = await identityOf(database);
  if (encoding !== 'UTF8') throw new Error(`the database has encoding ${encoding}; events need UTF8`);
  const heads = await headsIn(database);
  const restored =
    (mark && mark.identity !== identity && !recovered
      ? `this is database ${identity}, the mark knows ${mark.identity}`
      : undefined) ??
    (mark && (await missing(database, mark.heads, 'the mark'))) ??
    (witness && (await missing(database, await witness.heads(), witness.name)));
  return { identity, heads, ...(restored === undefined ? {} : { restored }) };
}

export async function identityOf(
  database: Queryable,
): Promise<{ identity: string; recovered: boolean; encoding: string }> {
  const { rows } = await reading(() =>
    database.query<{ identity: string; recovered: boolean; encoding: string }>(readIdentity),
  );
  const [row] = rows;
  if (!row) throw new Error('the database does not say which it is');
  return row;
}

/** The first of these heads that the database lacks, as a sentence. */
async function missing(database: Queryable, heads: readonly ShardHead[], who: string): Promise<string | undefined> {
  const [head] = await missingHeads(database, heads);
  return head && `event ${head.shard}/${head.position}, known to ${who}, is missing or another`;
}

/** Which of these events are not in the database at their positions. */
export async function missingHeads(database: Queryable, heads: readonly ShardHead[]): Promise<ShardHead[]> {
  const known = heads.filter((head) => head.position > 0);
  const { rows } = await reading(() =>
    database.query<{ shard: number; position: string }>(readMissing, [
      known.map((head) => head.shard),
      known.map((head) => head.position),
      known.map((head) => head.id),
    ]),
  );
  return known.filter((head) => rows.some((row) => row.shard === head.shard));
}
