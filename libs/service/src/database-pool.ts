import { Pool } from 'pg';
import type { ServiceConfig } from './config.js';
import type { JsonLog } from './log.js';

/** Connections to the service's own database. @param max how many at once */
export function openPool(config: ServiceConfig, max: number, log: JsonLog): Pool {
  const pool = new Pool({
    connectionString: config.databaseUrl,
    max,
    application_name: `privity-${config.name}`,
    connectionTimeoutMillis: 10_000,
  });
  // An idle connection that breaks is replaced; without a listener it would end the process.
  pool.on('error', (error) => log.failure('a database connection broke', error, 'warn'));
  return pool;
}
