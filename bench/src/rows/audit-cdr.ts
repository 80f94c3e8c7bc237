import { spawn } from 'node:child_process';
import { isDeepStrictEqual } from 'node:util';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { type Form, type Planted, plantExport } from '../cdr/planted-export.js';
import { atMost, type Figures, type Line, type Row, type RowOptions } from '../line.js';
import { alternate } from '../rounds.js';

const PRIVITY = join(import.meta.dirname, '../../../apps/cli/bin/privity.js');
const SEED = 5;
const LOOK_EVERY_MS = 50;
/** Of a figure that is to be small: what a person sees of it. */
const GIBIBYTE = 1024 ** 3;

/** The whole command, its start included, on an export with planted breaches; all must be found, and nothing else. */
async function audit(folder: string, planted: Planted): Promise<Figures> {
  const json = join(folder, 'report.json');
  const begun = performance.now();
  const child = spawn(process.execPath, [PRIVITY, 'audit-cdr', folder, '--json', json], { stdio: 'ignore' });
  let peak = 0;
  const look = setInterval(() => void peakOf(child.pid).then((bytes) => (peak = Math.max(peak, bytes))), LOOK_EVERY_MS);
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  clearInterval(look);
  const seconds = (performance.now() - begun) / 1000;
  if (code !== 0) throw new Error(`privity audit-cdr ended with ${code}`);
  const report = JSON.parse(await readFile(json, 'utf8')) as Record<string, unknown>;
  for (const [name, value] of Object.entries(planted)) {
    const found = report[name];
    if (!isDeepStrictEqual(sorted(found), sorted(value)))
      throw new Error(`${name}: ${JSON.stringify(value)} was planted, ${JSON.stringify(found)} found`);
  }
  return { seconds, 'peak GiB': peak / GIBIBYTE };
}

const sorted = (value: unknown) =>
  typeof value === 'object' && value !== null ? Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)) : value;

async function peakOf(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}

/** How a join compares numbers: letter by letter, or, as one must to find them, by their last ten digits. */
const COMPARED = {
  'as they are written': (column: string) => column,
  'by their digits': (column: string) => String.raw`right(regexp_replace(${column}, '\D', '', 'g'), 10)`,
} as const;
type Compared = keyof typeof COMPARED;

/** What anybody would ask DuckDB: recorded calls whose number stands in a list, and who took them out. */
async function bare(folder: string, form: Form, compared: Compared): Promise<Figures> {
  const number = COMPARED[compared];
  const begun = performance.now();
  const connection = await (await DuckDBInstance.create()).connect();
  const file = (table: string) => {
    const path = `'${join(folder, `${table}.${form}`)}'`;
    return form === 'csv' ? `read_csv(${path}, header = true, all_varchar = true)` : `read_parquet(${path})`;
  };
  await connection.run(`create temp table known as select ${number('"PHONE1"')} as phone from ${file('bar_roll')}
    union select ${number('"PHONE"')} from ${file('do_not_record')}`);
  await connection.run(`create temp table hits as select "CALL_ID", "START_LOCAL", "SITE", "DIALED" from ${file('call_records')}
    where "RECORDED" = 'Y' and ${number('"DIALED"')} in (select phone from known)`);
  await connection.runAndReadAll(
    `select count(*) from ${file('access_log')} where "CALL_ID" in (select "CALL_ID" from hits)`,
  );
  const [[found] = []] = (await connection.runAndReadAll('select count(*) from hits')).getRowsJson();
  connection.closeSync();
  return { seconds: (performance.now() - begun) / 1000, 'calls found': Number(found) };
}

async function beside(form: Form, { rounds, quick, calls, say }: RowOptions): Promise<Line[]> {
  const count = quick ? 200_000 : calls;
  const folder = await mkdtemp(join(tmpdir(), 'privity-bench-cdr-'));
  try {
    say(`planting ${count} calls as ${form}`);
    const connection = await (await DuckDBInstance.create()).connect();
    const planted = await plantExport(connection, folder, form, { seed: SEED, count });
    connection.closeSync();
    const lines: Line[] = [];
    for (const compared of Object.keys(COMPARED) as Compared[]) {
      const measured = await alternate(
        rounds,
        () => audit(folder, planted),
        () => bare(folder, form, compared),
      );
      const ratio = (measured.ours['seconds'] ?? NaN) / (measured.peer['seconds'] ?? NaN);
      const bars = [
        // Letter by letter it is another question: one in seven of the calls is found.
        ...(compared === 'by their digits'
          ? [atMost('times as long', ratio, 2, form === 'parquet' ? 1.3 : undefined)]
          : []),
        atMost('peak GiB', measured.ours['peak GiB'] ?? NaN, 4),
      ];
      const work = `audit-cdr of ${count / 1e6} million calls, ${form}: all that was planted, and nothing else`;
      lines.push({ work, beside: `bare DuckDB: scan, and join of numbers ${compared}`, ...measured, bars, rounds });
    }
    return lines;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** An incumbent's export, read and judged. */
export const auditCdr: Row = {
  name: 'audit-cdr',
  measure: async (options) => [...(await beside('parquet', options)), ...(await beside('csv', options))],
};
