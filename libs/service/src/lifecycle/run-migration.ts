import pg from 'pg';

import { Environment } from '../config.js';

/** Any fixed number: two launchers that prepare one database at once take turns. */
const MIGRATION_LOCK = 0x5052_4956;

/** Lays out or brings up to date a service's database; safe to run again. `serviceRole` gets no more than it needs. */
export type Migrate = (owner: pg.Client, options: { readonly serviceRole: string }) => Promise<void>;

/** What an app's `migrate.ts` calls: runs its migration as the database's owner. @throws ConfigError */
export async function runMigration(migrate: Migrate): Promise<void> {
  const env = new Environment(process.env);
  const serviceRole = env.required('PRIVITY_SERVICE_ROLE');
  const owner = new pg.Client({ connectionString: env.required('PRIVITY_OWNER_DATABASE_URL') });
  await owner.connect();
  try {
    await owner.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await migrate(owner, { serviceRole });
  } finally {
    await owner.end();
  }
}
