import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Installation } from './installation.js';

export interface OutboxRow {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly attempts: number;
  readonly problem: string | null;
  readonly sealed: object | null;
}

export const outboxRows = (place: Installation, about: string): Promise<OutboxRow[]> =>
  place.query<OutboxRow>('select * from outbox_notice where about = $1 order by kind', [about]);

/** Waits until every message about this is sent or given up. */
export async function concluded(place: Installation, about: string, count = 1): Promise<OutboxRow[]> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await pause(50)) {
    const rows = await outboxRows(place, about);
    if (rows.length >= count && rows.every(({ state }) => state !== 'waiting')) return rows;
  }
  throw new Error(`not concluded: ${JSON.stringify(await outboxRows(place, about))}`);
}

/** Waits until the registry has heard all its own events. */
export async function heardItself(place: Installation): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await pause(50)) {
    const behind = await place.query(
      `select 1 from event_store.head h left join event_stream.checkpoint c
         on c.shard = h.shard and c.source = '/privity/registry' and c.consumer = 'registry.reactions'
       where h.position > coalesce(c.position, 0)`,
    );
    if (behind.length === 0) return;
  }
  throw new Error('the registry does not hear itself');
}

export const mailOf = (place: Installation, notice: string): Promise<string> =>
  readFile(join(place.outbox, `${notice}.eml`), 'utf8');

export const outboxFiles = (place: Installation): Promise<string[]> => readdir(place.outbox);
