import type { DataSource } from 'typeorm';
import { type ConsumerName, readHalt, type ShardOf } from '../consume/checkpoint-table.js';
import { type Halt, NotHalted } from '../halt.js';

/** What parking was: the caller appends it to a store of its own, because parking is an event. */
export interface ParkedEvent extends ConsumerName {
  readonly source: string;
  readonly shard: number;
  readonly position: number;
  readonly id: string;
  readonly type: string;
  readonly reason: string;
  readonly by: string;
}

export interface Park extends ShardOf {
  /** The halted event, named again so that nobody parks another than they looked at. */
  readonly position: number;
  readonly reason: string;
  /** Subject of the operator's token. */
  readonly by: string;
}

/** Halts of consumers in this database. */
export async function halts(dataSource: DataSource): Promise<readonly (Halt & ConsumerName)[]> {
  const shards: ShardOf[] = await dataSource.query(
    'select consumer, version, source, shard from event_stream.halt order by consumer, version, source, shard',
  );
  const found: (Halt & ConsumerName)[] = [];
  for (const of of shards) {
    const halt = await readHalt(dataSource.manager, of);
    if (halt !== undefined) found.push({ ...halt, consumer: of.consumer, version: of.version });
  }
  return found;
}

/**
 * Sets the event that a shard halted at aside and resumes the shard: it is passed over without its handlers. Only what a
 * handler refused can be parked; a gap or a fork is in the stream itself. Throws NotHalted.
 */
export async function park(dataSource: DataSource, { position, reason, by, ...of }: Park): Promise<ParkedEvent> {
  return dataSource.transaction(async (manager) => {
    const halt = await parkableHalt(manager, of, position);
    const parked = { ...of, position, id: halt.id, type: halt.type, reason, by };
    await manager.query(
      `insert into event_stream.parked (consumer, version, source, shard, position, id, type, reason, parked_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [of.consumer, of.version, of.source, of.shard, position, halt.id, halt.type, reason, by],
    );
    await clearHalt(manager, of);
    return parked;
  });
}

/** The halt of a shard at this position, if its event can be parked. Throws NotHalted. */
export async function parkableHalt(
  manager: DataSource['manager'],
  of: ShardOf,
  position: number,
): Promise<Halt & { readonly id: string; readonly type: string }> {
  const halt = await readHalt(manager, of);
  if (halt?.position !== position || halt.id === undefined || halt.type === undefined) {
    throw new NotHalted(`${of.consumer} is not halted at ${of.source} shard ${of.shard} position ${position}`);
  }
  if (halt.code !== 'handler-failed' && halt.code !== 'unhandled-type') {
    throw new NotHalted(`A halt by ${halt.code} cannot be parked: repair the stream, then resume`);
  }
  return { ...halt, id: halt.id, type: halt.type };
}

/** Tries the halted shard again from where it stands, after the cause was removed. Throws NotHalted. */
export async function resume(dataSource: DataSource, of: ShardOf): Promise<void> {
  const cleared = await clearHalt(dataSource.manager, of);
  if (!cleared) throw new NotHalted(`${of.consumer} is not halted at ${of.source} shard ${of.shard}`);
}

async function clearHalt(manager: DataSource['manager'], of: ShardOf): Promise<boolean> {
  const [, removed]: [unknown, number] = await manager.query(
    'delete from event_stream.halt where consumer = $1 and version = $2 and source = $3 and shard = $4',
    [of.consumer, of.version, of.source, of.shard],
  );
  return removed === 1;
}
