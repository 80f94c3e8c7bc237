import {
  CONTEXTS,
  type ContextName,
  type KeyFolders,
  loadSigningKey,
  provisionKeys,
  signToken,
} from '@privity/service/installation';
import type { DataDir } from '../data-dir.js';
import { prefixOf, provideDatabases, type ServiceDatabases } from './databases.js';
import { runToEnd } from './processes.js';
import { rolePasswords } from './secrets.js';

const A_YEAR_S = 366 * 24 * 3600;

/** All that must be there before a service can start, wherever it will run. */
export interface Preparation {
  readonly keys: KeyFolders;
  readonly databases: ServiceDatabases;
  /** A service's way to show the others who it is: a token of a year. */
  tokenOf(name: ContextName | 'gateway'): Promise<string>;
}

/**
 * Makes keys, databases, roles and tables; what exists is left as it is, so it runs at every start and after every update.
 * @param databaseUrl a role that may create databases and roles
 */
export async function prepare(dataDir: DataDir, databaseUrl: string): Promise<Preparation> {
  const keys = provisionKeys(dataDir.root, process.env);
  const prefix = prefixOf(process.env['DATABASE_URL']);
  const databases = await provideDatabases(databaseUrl, prefix, await rolePasswords(dataDir));
  await migrateAll(dataDir, databases);
  const identity = loadSigningKey(keys.identity, 'identity', process.env);
  const tokenOf = (name: ContextName | 'gateway') =>
    signToken(identity, { subject: name, roles: ['service'], ttlSeconds: A_YEAR_S });
  return { keys, databases, tokenOf };
}

/** As owner: the services themselves may not change a table. */
async function migrateAll(dataDir: DataDir, databases: ServiceDatabases): Promise<void> {
  const migrations = CONTEXTS.map((name) =>
    runToEnd(name, 'migrate.js', dataDir.logOf(name), {
      PRIVITY_OWNER_DATABASE_URL: databases[name].ownerUrl,
      PRIVITY_SERVICE_ROLE: databases[name].role,
    }),
  );
  // All settle before a failure is passed on: nothing is left running behind our back.
  await Promise.allSettled(migrations);
  await Promise.all(migrations);
}
