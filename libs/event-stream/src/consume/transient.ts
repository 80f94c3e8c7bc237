/**
 * SQLSTATEs after which the same transaction may well succeed: connection, rollback, resources, locks, a statement or
 * session that was cancelled, shutdown; a server that is read-only while it is replaced, or not there yet.
 */
const TRANSIENT_SQL = /^(08|40|53|55P|57|58)|^(25006|25P03|3D000)$/;
const TRANSIENT_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'store-unavailable',
  // A reactor's own store waits for `recover`: its events are not to blame.
  'store-restored',
  // A reactor lost the race for its stream ten times; it decides again on what it reads then.
  'concurrency-conflict',
]);
const LOST_CONNECTION = new RegExp(
  [
    'Connection terminated',
    'timeout exceeded when trying to connect',
    'timeout expired',
    'Query read timeout',
    'Client has encountered a connection error',
    'Client was closed',
    // TypeORM, of a statement before which the connection was lost.
    '[Qq]uery runner (was )?already released',
  ].join('|'),
);

/**
 * Whether trying again later may help: the database or the store is away, or the transaction lost a race. Anything else
 * would fail for ever, so it halts the shard instead.
 */
export function isTransient(error: unknown): boolean {
  for (let at = error; typeof at === 'object' && at !== null; at = nextCause(at)) {
    if ('code' in at && typeof at.code === 'string' && (TRANSIENT_CODES.has(at.code) || isTransientSql(at.code)))
      return true;
    if (at instanceof Error && LOST_CONNECTION.test(at.message)) return true;
  }
  return false;
}

function isTransientSql(code: string): boolean {
  return code.length === 5 && TRANSIENT_SQL.test(code);
}

function nextCause(error: object): unknown {
  if ('driverError' in error && error.driverError !== error) return error.driverError;
  return 'cause' in error && error.cause !== error ? error.cause : undefined;
}
