import { Command } from 'commander';
import type { Role } from '@privity/service/installation';
import { makeToken } from '../launcher/running.js';
import { type CommonOptions, dataDirOf, roles, wholeNumber, withCommonOptions } from './options.js';
import { showResult } from './result.js';

interface TokenOptions extends CommonOptions {
  readonly role?: readonly Role[];
  readonly facility?: string;
  readonly hours: number;
}

export function tokenCommand(): Command {
  return withCommonOptions(new Command('token'))
    .description('print a bearer token for a person, alone on standard output')
    .argument('<user>', 'who it is; two-person rules look at the person, not at the role')
    .option('--role <role>', 'a role, several times if need be', roles)
    .option('--facility <id>', 'bound to one facility')
    .option('--hours <n>', 'how long it is valid', wholeNumber, 8)
    .action(async (subject: string, options: TokenOptions) => {
      const token = await makeToken(dataDirOf(options), {
        subject,
        roles: options.role ?? [],
        ttlSeconds: options.hours * 3600,
        ...(options.facility === undefined ? {} : { facility: options.facility }),
      });
      await showResult(options, { token }, token);
    });
}
