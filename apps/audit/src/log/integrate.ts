import type { EventBatch, StreamEvent } from '@privity/event-stream';
import { LogRefused, MAX_ENTRY, edgeTiles, growTree, leafHash, type Tile } from '@privity/transparency-log';
import type { EntityManager } from 'typeorm';
import { LogEntryDiffers } from './log-errors.js';

/**
 * Adds a batch to the log in the transaction that moves the consumer's checkpoint: indices, entries, tiles and root
 * stand or fall together. What the log has already is skipped, so a batch may come again. Reads the envelope only.
 *
 * @throws LogEntryDiffers where the log has another event; LogRefused `entry-too-long`
 */
export async function integrate({ source, shard, events }: EventBatch, manager: EntityManager): Promise<void> {
  // A statement of its own: whatever follows sees what the integrator before us committed.
  const [head]: { size: string }[] = await manager.query('select size from transparency_log.head for update');
  const size = Number(head?.size);
  const fresh = await withoutKnown(source, shard, events, manager);
  if (fresh.length === 0) return;
  for (const { text } of fresh) {
    if (text.length * 3 > MAX_ENTRY && Buffer.byteLength(text) > MAX_ENTRY) {
      throw new LogRefused('entry-too-long', `an event is longer than ${MAX_ENTRY} bytes`);
    }
  }
  const edge = await readEdge(size, manager);
  const grown = growTree(
    size,
    edge,
    fresh.map(({ text }) => leafHash(text)),
  );
  await manager.query(
    `insert into transparency_log.entry (log_index, source, shard, position, id, text)
     select $1::bigint + n - 1, $2, $3, position, id, text
       from unnest($4::bigint[], $5::text[], $6::text[]) with ordinality as e(position, id, text, n)`,
    [size, source, shard, fresh.map((e) => e.position), fresh.map((e) => e.id), fresh.map((e) => e.text)],
  );
  await manager.query(
    `insert into transparency_log.tile (level, index, hashes)
     select * from unnest($1::smallint[], $2::bigint[], $3::bytea[])
     on conflict (level, index) do update set hashes = excluded.hashes`,
    [grown.changed.map((t) => t.level), grown.changed.map((t) => t.index), grown.changed.map((t) => t.hashes)],
  );
  await manager.query('update transparency_log.head set size = $1, root = $2', [grown.size, grown.root]);
}

async function withoutKnown(
  source: string,
  shard: number,
  events: readonly StreamEvent[],
  manager: EntityManager,
): Promise<readonly StreamEvent[]> {
  const known: { position: string; text: string }[] = await manager.query(
    'select position, text from transparency_log.entry where source = $1 and shard = $2 and position between $3 and $4',
    [source, shard, events[0]?.position, events.at(-1)?.position],
  );
  const texts = new Map(known.map(({ position, text }) => [Number(position), text]));
  return events.filter(({ position, text }) => {
    const there = texts.get(position);
    if (there !== undefined && there !== text) throw new LogEntryDiffers(source, shard, position);
    return there === undefined;
  });
}

async function readEdge(size: number, manager: EntityManager): Promise<Tile[]> {
  const edge = edgeTiles(size);
  if (edge.length === 0) return [];
  const rows: { level: number; index: string; hashes: Buffer }[] = await manager.query(
    `select level, index, hashes from transparency_log.tile
      where (level, index) in (select * from unnest($1::smallint[], $2::bigint[]))`,
    [edge.map(({ level }) => level), edge.map(({ index }) => index)],
  );
  return rows.map(({ level, index, hashes }) => ({ level, index: Number(index), hashes }));
}
