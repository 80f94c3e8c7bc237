import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { auditExport } from '../audit-cdr/audit-export.js';
import { Engine } from '../audit-cdr/engine.js';
import { filesOf } from '../audit-cdr/export-folder.js';
import { readMap } from '../audit-cdr/export-map.js';
import { identitiesOf, type ReportFile } from '../audit-cdr/identities.js';
import { mapOf, writeMap } from '../audit-cdr/map-init.js';
import { writeCsv } from '../audit-cdr/report-csv.js';
import { pageOf } from '../audit-cdr/report-html.js';
import { words } from '../audit-cdr/report-words.js';
import { inTemporaryFolder } from '../audit-cdr/temporary-folder.js';
import { whileWaiting } from '../audit-cdr/waiting.js';
import { Progress } from '../progress.js';
import { showResult } from './result.js';

const NEW_MAP = 'audit-cdr.map.json';

interface Options {
  readonly map?: string;
  readonly json?: string;
  readonly html?: string;
  readonly csv?: string;
  readonly identities?: true;
}

/** Stands alone: needs nothing of an installation, and changes nothing. */
export function auditCdrCommand(): Command {
  return new Command('audit-cdr')
    .description("find the recorded calls to protected numbers in an incumbent's export")
    .argument(
      '<dir>',
      'folder with call_records, bar_roll and do_not_record; allowed_numbers, facilities and access_log if there are any: CSV, gzipped CSV or Parquet',
    )
    .option('--map <file>', `how another vendor's export differs; "init" writes one, ${NEW_MAP}, from its headers`)
    .option('--json <file>', 'write the report to a file as JSON')
    .option('--html <file>', 'write it as a page to read and print')
    .option('--csv <file>', 'write a line for each of the calls')
    .option('--identities', 'with names: whose number was called, and who listened')
    .action((dir: string, options: Options) =>
      inTemporaryFolder(async (temp) => {
        const engine = await Engine.open(temp);
        try {
          await (options.map === 'init' ? writeNewMap(engine, dir) : audit(engine, dir, options));
        } finally {
          engine.close();
        }
      }),
    );
}

async function audit(engine: Engine, dir: string, options: Options): Promise<void> {
  const files = await filesOf(dir, options.map === undefined ? undefined : await readMap(options.map));
  const found = await whileWaiting(new Progress(process.stderr), () => engine.percentage, auditExport(engine, files));
  const { report, sites } = found;
  const identities = options.identities === true ? identitiesOf(found) : undefined;
  if (options.csv !== undefined) await writeCsv(options.csv, found, options.identities === true);
  if (options.html !== undefined) await writeFile(options.html, pageOf({ report, sites, identities }));
  const written: ReportFile = identities === undefined ? report : { ...report, identities };
  await showResult(options, written, words(report));
}

async function writeNewMap(engine: Engine, dir: string): Promise<void> {
  const map = await mapOf(engine, dir);
  await writeMap(NEW_MAP, map);
  const read = Object.entries(map).map(([table, { file }]) => `  ${table.padEnd(15)}  ${file}`);
  const open = JSON.stringify(map).includes('"?"');
  process.stdout.write(
    `${NEW_MAP} reads\n${read.join('\n')}\n${open ? 'Say what "?" is: its headers do not tell. Then: ' : 'Look through it, then: '}privity audit-cdr ${dir} --map ${NEW_MAP}\n`,
  );
}
