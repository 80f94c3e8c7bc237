import pg from 'pg';
import { StoreUnavailable } from './errors.js';

/** Classes of SQLSTATE after which the same statement may succeed: connection, rollback, resources, locks, operator. */
const PASSING = ['08', '40', '53', '55', '57', '58'];
/** A read-only node after a failover; a database that is just being replaced. */
const PASSING_STATES = ['25006', '3D000'];

/** Whether trying again may help. What is not an answer from PostgreSQL is a lost or refused connection. */
export function isPassing(error: unknown): boolean {
  const state = sqlState(error);
  if (state === undefined) return true;
  return PASSING.includes(state.slice(0, 2)) || PASSING_STATES.includes(state);
}

export function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? (error.code ?? 'XX000') : undefined;
}

/** Runs a read; a lost database becomes StoreUnavailable. */
export async function reading<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw isPassing(error) ? new StoreUnavailable('the database does not answer', error) : error;
  }
}
