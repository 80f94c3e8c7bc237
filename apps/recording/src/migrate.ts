import { runMigration } from '@privity/service/migration';

import { migrate } from './migrations/index.js';

await runMigration(migrate);
