import { join } from 'node:path';
import { REPOSITORY } from './repository.js';

/** How to call the command line from where the reader is. */
export function npxPrivity(): string {
  return process.cwd() === REPOSITORY ? 'npx privity' : `node ${join(REPOSITORY, 'apps/cli/bin/privity.js')}`;
}
