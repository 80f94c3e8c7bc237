import { existsSync } from 'node:fs';
import { Argument, Command } from 'commander';
import { WrongUse } from '../failures.js';
import { clientFor, withInstance } from '../launcher/running.js';
import { type CommonOptions, dataDirOf, withCommonOptions } from './options.js';
import { showResult } from './result.js';

const SHOWN = 20;

export function compareCommand(): Command {
  return withCommonOptions(new Command('compare'))
    .description('hold a list against all that is protected, and change nothing; that somebody did is an event')
    .addArgument(new Argument('<kind>', 'what the file lists').choices(['do-not-record']))
    .argument('<file>')
    .action(async (_kind: 'do-not-record', file: string, options: CommonOptions) => {
      if (!existsSync(file)) throw new WrongUse(`There is no file ${file}`);
      const dataDir = dataDirOf(options);
      const difference = await withInstance(dataDir, async ({ url }) => {
        const client = await clientFor(dataDir, url, 'command-line', ['auditor']);
        return client.imports.compare(file).finally(() => client.close());
      });
      const { rows, known, unknown, unknownLines, rejected, missing, missingBySource } = difference;
      const lines = unknownLines.slice(0, SHOWN).join(', ');
      const sources = Object.entries(missingBySource).map(([source, count]) => `  ${source}: ${count}`);
      const words = [
        `${rows} rows: ${known} with a number that is protected here, ${unknown} that is not, ${rejected} unreadable`,
        ...(unknown > 0 ? [`  not protected: lines ${lines}${unknown > SHOWN ? ', …' : ''}`] : []),
        `${missing} numbers are protected here and not in this file`,
        ...(missing > 0 ? sources : []),
      ];
      await showResult(options, difference, words.join('\n'));
    });
}
