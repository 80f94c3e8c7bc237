import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { CONTEXTS } from '@privity/service/installation';
import { WrongUse } from '../failures.js';
import { prepare } from '../launcher/preparation.js';
import { type CommonOptions, dataDirOf, withCommonOptions } from './options.js';
import { showResult } from './result.js';

/** For services that something else starts (containers, an orchestrator): docker-compose.yml shows how it is used. */
export function prepareCommand(): Command {
  return withCommonOptions(new Command('prepare'))
    .description('make keys, databases and tables for services that run elsewhere; needs DATABASE_URL')
    .action(async (options: CommonOptions) => {
      const databaseUrl = process.env['DATABASE_URL'];
      if (databaseUrl === undefined || databaseUrl === '') {
        throw new WrongUse('DATABASE_URL is not set: a role that may create databases and roles');
      }
      const dataDir = dataDirOf(options);
      await dataDir.create();
      const { databases, tokenOf } = await prepare(dataDir, databaseUrl);
      for (const name of [...CONTEXTS, 'gateway'] as const) {
        const variables = {
          ...(name === 'gateway' ? {} : { PRIVITY_DATABASE_URL: databases[name].serviceUrl }),
          PRIVITY_SERVICE_TOKEN: await tokenOf(name),
        };
        const folder = join(dataDir.root, 'secrets', name);
        await mkdir(folder, { recursive: true, mode: 0o700 });
        // For `. service.env` of a shell. Nothing in a URL or a token has to be quoted inside single quotes.
        const lines = Object.entries(variables).map(([key, value]) => `${key}='${value}'\n`);
        await writeFile(join(folder, 'service.env'), lines.join(''), { mode: 0o600 });
      }
      const secrets = join(dataDir.root, 'secrets');
      await showResult(options, { secrets }, `Prepared. Each service's secrets: ${secrets}/<service>/service.env`);
    });
}
