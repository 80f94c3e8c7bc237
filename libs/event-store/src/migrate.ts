import type { ClientBase } from 'pg';
import { appendFunction, dropFormerAppend } from './sql/append-function.js';
import { dropStreamTable } from './sql/drop-stream-table.js';
import { eventTable } from './sql/event-table.js';
import { grants } from './sql/grants.js';
import { headRows, headTable } from './sql/head-table.js';
import { identityFunction } from './sql/identity-function.js';
import { recoveryTable } from './sql/recovery-table.js';
import { refuseFunctions } from './sql/refuse-functions.js';
import { refuseTriggers } from './sql/refuse-triggers.js';
import { restoreFunction } from './sql/restore-function.js';
import { schema } from './sql/schema.js';

/** Any fixed number: two launchers that migrate at once take turns. */
const MIGRATION_LOCK = 0x50525654;

/**
 * Lays out schema `event_store`, or brings it up to date; safe to repeat. `owner` is the owner of the database, not the
 * service: the service role, which must exist, gets SELECT and EXECUTE only.
 */
export async function migrateEventStore(owner: ClientBase, o: { readonly serviceRole: string }): Promise<void> {
  await owner.query('begin');
  try {
    await owner.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    for (const statement of [
      schema,
      headTable,
      headRows,
      eventTable,
      recoveryTable,
      identityFunction,
      ...refuseFunctions,
      ...refuseTriggers,
      dropFormerAppend,
      dropStreamTable,
      appendFunction,
      restoreFunction,
      ...grants(o.serviceRole),
    ]) {
      await owner.query(statement);
    }
    await owner.query('commit');
  } catch (error) {
    await owner.query('rollback');
    throw error;
  }
}
