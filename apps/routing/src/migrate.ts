import pg from 'pg';
import { migrate } from './migrations/index.js';

const { PRIVITY_OWNER_DATABASE_URL: connectionString, PRIVITY_SERVICE_ROLE: serviceRole } = process.env;
if (connectionString === undefined || serviceRole === undefined) {
  throw new Error('PRIVITY_OWNER_DATABASE_URL and PRIVITY_SERVICE_ROLE are required');
}
const owner = new pg.Client({ connectionString });
await owner.connect();
try {
  await migrate(owner, { serviceRole });
} finally {
  await owner.end();
}
