import pg from 'pg';
import { migrate } from './migrations/index.js';

const url = process.env['PRIVITY_OWNER_DATABASE_URL'];
const serviceRole = process.env['PRIVITY_SERVICE_ROLE'];
if (!url || !serviceRole) {
  process.stderr.write('PRIVITY_OWNER_DATABASE_URL and PRIVITY_SERVICE_ROLE must be set\n');
  process.exit(2);
}
const owner = new pg.Client({ connectionString: url });
await owner.connect();
try {
  await migrate(owner, { serviceRole });
} finally {
  await owner.end();
}
