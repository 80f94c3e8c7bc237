// npm run bench -- [--only NAME]... [--rounds 5] [--quick] [--calls 10000000] [--json FILE] [--page FILE] [--url postgres://…]
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type Line, verdict } from './line.js';
import { thisMachine } from './machine.js';
import { page, type Report, table } from './report.js';
import { rows } from './rows/index.js';

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string', default: '5' },
    calls: { type: 'string', default: '10000000' },
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    page: { type: 'string' },
    url: { type: 'string' },
  },
});
const unknown = values.only.filter((name) => !rows.some((row) => row.name === name));
const [rounds, calls] = [Number(values.rounds), Number(values.calls)];
if (unknown.length > 0 || [rounds, calls].some((value) => !Number.isInteger(value) || value < 1)) {
  process.stderr.write(
    `--only takes ${rows.map(({ name }) => name).join(', ')}; --rounds and --calls a whole number\n`,
  );
  process.exit(2);
}

const lines: Line[] = [];
for (const row of rows.filter(({ name }) => values.only.length === 0 || values.only.includes(name))) {
  process.stderr.write(`${row.name}\n`);
  const say = (line: string) => void process.stderr.write(`  ${line}\n`);
  lines.push(...(await row.measure({ rounds, databaseUrl: values.url, quick: values.quick, calls, say })));
}
const report: Report = { at: new Date().toISOString(), commit: commit(), machine: thisMachine(), lines };
process.stdout.write(`${table(lines)}\n`);
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
if (values.page !== undefined) await writeFile(values.page, page(report));
process.exitCode = lines.some((line) => line.bars.some((bar) => verdict(bar) === 'below')) ? 1 : 0;

function commit(): string {
  return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
}
