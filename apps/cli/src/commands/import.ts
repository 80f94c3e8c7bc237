import { existsSync } from 'node:fs';
import { Argument, Command } from 'commander';
import type { ImportKind } from '@privity/client';
import { WrongUse, Failed } from '../failures.js';
import { clientFor, withInstance } from '../launcher/running.js';
import { IMPORTS, whyNotApplied } from '../main-job/preparing.js';
import { type CommonOptions, dataDirOf, withCommonOptions } from './options.js';
import { showResult } from './result.js';

interface Options extends CommonOptions {
  readonly list?: string;
}

const SHOWN = 20;

export function importCommand(): Command {
  const kinds = IMPORTS.map(([kind]) => kind);
  return withCommonOptions(new Command('import'))
    .description('import a CSV file and wait until all it says is in effect')
    .addArgument(new Argument('<kind>', 'what the file lists').choices(kinds))
    .argument('<file>')
    .option('--list <name>', 'which list the file is the whole of, where there are several of a kind')
    .action(async (kind: ImportKind, file: string, options: Options) => {
      if (!existsSync(file)) throw new WrongUse(`There is no file ${file}`);
      const dataDir = dataDirOf(options);
      const report = await withInstance(dataDir, async ({ url }) => {
        const client = await clientFor(dataDir, url, 'command-line', ['registrar', 'operator']);
        const { list } = options;
        return client.imports.run(kind, file, list === undefined ? {} : { list }).finally(() => client.close());
      });
      const lines = report.rejected.slice(0, SHOWN).map((row) => `  line ${row.line}: ${row.field}: ${row.reason}`);
      if (report.rejected.length > SHOWN) lines.push(`  and ${report.rejected.length - SHOWN} more`);
      const counts = `${report.rows} rows: ${report.added} added, ${report.unchanged} unchanged, ${report.rejected.length} rejected`;
      const { comparison } = report;
      if (comparison !== undefined) {
        const { known, news, missing } = comparison;
        lines.unshift(
          `${known} numbers were protected before, ${news} by nobody; ${missing} are protected and not in this file`,
        );
      }
      await showResult(options, report, [counts, ...lines].join('\n'));
      if (report.state !== 'applied') {
        throw new Failed(`The import is ${report.state}: ${whyNotApplied(report)}`);
      }
    });
}
