import { SHARDS } from '@privity/kernel';
import { reading } from './database-loss.js';
import { ShardCountMismatch } from './errors.js';
import type { ShardHead } from './event.js';
import type { MarkedStore } from './mark.js';
import type { StoreDatabase } from './store-database.js';
import type { HeadWitness } from './witness.js';

export interface StoreState {
  readonly identity: string;
  readonly heads: readonly ShardHead[];
  /** Why this database is not the one that went before, or lacks some of it. Absent: nothing says so. */
  readonly restored?: string;
}

/** All shards, the empty ones at position 0. Throws ShardCountMismatch. */
export async function headsIn(database: Pick<StoreDatabase, 'heads'>): Promise<ShardHead[]> {
  const heads = await reading(() => database.heads());
  if (heads.length !== SHARDS || heads.some((head, n) => head.shard !== n))
    throw new ShardCountMismatch(SHARDS, heads.length);
  return heads;
}

/**
 * Looks whether this is still the store that the mark and the witness remember: same cluster and timeline (or recovered
 * since), and every event that they know to be newest is there, under its id.
 */
export async function inspect(
  database: StoreDatabase,
  mark: MarkedStore | undefined,
  witness: HeadWitness | undefined,
): Promise<StoreState> {
  const { identity, recovered, encoding } = await reading(() => database.identity());
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

/** The first of these heads that the database lacks, as a sentence. */
async function missing(database: StoreDatabase, heads: readonly ShardHead[], who: string): Promise<string | undefined> {
  const [head] = await reading(() => database.missing(heads));
  return head && `event ${head.shard}/${head.position}, known to ${who}, is missing or another`;
}
