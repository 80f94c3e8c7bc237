import type { EntityManager } from 'typeorm';
import type { Cursor } from '../cursor.js';
import type { Halt, HaltCode } from '../halt.js';

/** A consumer is a name and a version: a rebuilt projection is a new version beside the old one. */
export interface ConsumerName {
  readonly consumer: string;
  readonly version: number;
}

/** One row of `event_stream.checkpoint`. */
export interface ShardOf extends ConsumerName {
  readonly source: string;
  readonly shard: number;
}

interface CheckpointRow {
  readonly position: string;
  readonly id: string | null;
  readonly kafka_offset: string | null;
}

const ONE = 'consumer = $1 and version = $2 and source = $3 and shard = $4';
const key = (of: ShardOf): unknown[] => [of.consumer, of.version, of.source, of.shard];

/** Reads the checkpoint, creating it at the beginning. */
export async function readCheckpoint(manager: EntityManager, of: ShardOf): Promise<Cursor> {
  await manager.query(
    'insert into event_stream.checkpoint (consumer, version, source, shard) values ($1, $2, $3, $4) on conflict do nothing',
    key(of),
  );
  const rows: CheckpointRow[] = await manager.query(
    `select position, id, kafka_offset from event_stream.checkpoint where ${ONE}`,
    key(of),
  );
  const row = rows[0];
  return {
    position: Number(row?.position ?? 0),
    id: row?.id ?? undefined,
    offset: row?.kafka_offset == null ? undefined : BigInt(row.kafka_offset),
  };
}

/**
 * Seconds a consumer may hold its transaction without a word. One that is stopped in the middle (SIGSTOP, a frozen
 * machine) would keep its rows locked for as long, and whoever took its shards over would wait: the session is ended instead.
 */
export const IDLE_TRANSACTION = '30s';

/**
 * Moves the checkpoint if it still stands where the caller believes. False: somebody else moved it, and this transaction
 * must not commit. Called first in its transaction, so that a second consumer waits here before it does the work.
 */
export async function moveCheckpoint(manager: EntityManager, of: ShardOf, from: Cursor, to: Cursor): Promise<boolean> {
  const [, moved]: [unknown, number] = await manager.query(
    `with bound as materialized (select set_config('idle_in_transaction_session_timeout', '${IDLE_TRANSACTION}', true))
     update event_stream.checkpoint set position = $5, id = $6, kafka_offset = coalesce($7, kafka_offset) from bound
      where ${ONE} and position = $8 and id is not distinct from $9`,
    [...key(of), to.position, to.id, to.offset?.toString(), from.position, from.id],
  );
  return moved === 1;
}

export async function readHalt(manager: EntityManager, of: ShardOf): Promise<Halt | undefined> {
  const rows: { code: HaltCode; position: string; id: string | null; type: string | null; cause: string | null }[] =
    await manager.query(`select code, position, id, type, cause from event_stream.halt where ${ONE}`, key(of));
  const row = rows[0];
  if (row === undefined) return undefined;
  return {
    code: row.code,
    source: of.source,
    shard: of.shard,
    position: Number(row.position),
    ...(row.id === null ? {} : { id: row.id }),
    ...(row.type === null ? {} : { type: row.type }),
    ...(row.cause === null ? {} : { cause: row.cause }),
  };
}

/** Records a halt; the first one stays. */
export async function writeHalt(manager: EntityManager, of: ShardOf, halt: Halt): Promise<void> {
  await manager.query(
    `insert into event_stream.halt (consumer, version, source, shard, code, position, id, type, cause)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing`,
    [...key(of), halt.code, halt.position, halt.id, halt.type, halt.cause],
  );
}

/** Ids of parked events that are still ahead, by position. */
export async function readParked(manager: EntityManager, of: ShardOf, after: number): Promise<Map<number, string>> {
  const rows: { position: string; id: string }[] = await manager.query(
    `select position, id from event_stream.parked where ${ONE} and position > $5`,
    [...key(of), after],
  );
  return new Map(rows.map((row) => [Number(row.position), row.id]));
}
