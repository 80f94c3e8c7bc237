import { runMigration } from '@privity/service';

import { migrate } from './migrations/index.js';

await runMigration(migrate);
