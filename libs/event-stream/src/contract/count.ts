import type { EntityManager } from 'typeorm';
import type { StreamEvent } from '../stream-event.js';

/** Adds one to the counter of the shard and writes the event down: not idempotent, on purpose. */
export async function count(event: StreamEvent, manager: EntityManager): Promise<void> {
  await manager.query(
    'insert into counter values ($1, $2, 1) on conflict (source, shard) do update set n = counter.n + 1',
    [event.source, event.shard],
  );
  await manager.query('insert into journal (source, shard, position, text) values ($1, $2, $3, $4)', [
    event.source,
    event.shard,
    event.position,
    event.text,
  ]);
}
