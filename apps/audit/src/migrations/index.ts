import { migrateEventStore } from '@privity/event-store';
import { migrateEventStream } from '@privity/event-stream/migration';
import { EMPTY_ROOT } from '@privity/transparency-log';
import pg from 'pg';
import { LOG_TABLES } from './log-tables.js';
import { READ_MODEL_TABLES } from './read-model-tables.js';

/** Lays out the audit service's database. Run as owner; safe to run again. */
export async function migrate(owner: pg.ClientBase, options: { readonly serviceRole: string }): Promise<void> {
  await migrateEventStore(owner, options);
  await migrateEventStream(owner, options);
  await owner.query('begin');
  try {
    await owner.query(LOG_TABLES);
    await owner.query('insert into transparency_log.head (size, root) values (0, $1) on conflict do nothing', [
      EMPTY_ROOT,
    ]);
    await owner.query(READ_MODEL_TABLES);
    await owner.query(grants(pg.escapeIdentifier(options.serviceRole)));
    await owner.query('commit');
  } catch (error) {
    await owner.query('rollback');
    throw error;
  }
}

/** Of the log the service may add, and nothing else. `role` is an escaped identifier. */
function grants(role: string): string {
  return `
    grant usage on schema transparency_log, accesses_v1, findings_v1, watch to ${role};
    grant select, insert on transparency_log.entry, transparency_log.checkpoint to ${role};
    grant select, insert, update on transparency_log.tile to ${role};
    grant select, update on transparency_log.head to ${role};
    grant select, insert, update, delete on all tables in schema accesses_v1, findings_v1, watch to ${role};`;
}
