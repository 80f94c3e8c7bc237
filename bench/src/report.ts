import { type Bar, type Figures, type Line, verdict } from './line.js';
import type { Machine } from './machine.js';

export interface Report {
  readonly at: string;
  readonly commit: string;
  readonly machine: Machine;
  readonly lines: readonly Line[];
}

const HEAD = ['work', 'beside', 'here', 'there', 'floor', 'aim', 'reached'] as const;

/** Rows of the table, as text: the screen and the page show the same. */
function cells(line: Line): string[] {
  const of = (pick: (bar: Bar) => string) => line.bars.map(pick).join('; ');
  return [
    line.work,
    line.beside ?? '',
    figures(line.ours),
    line.peer === undefined ? '' : figures(line.peer),
    of((bar) => `${bar.name} ${bar.must} ${number(bar.floor)}`),
    of((bar) => (bar.aim === undefined ? '' : number(bar.aim))),
    of((bar) => `${number(bar.value)}${{ aim: ' (aim)', floor: '', below: ' BELOW' }[verdict(bar)]}`),
  ];
}

export function table(lines: readonly Line[]): string {
  const rows = [[...HEAD], ...lines.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function page(report: Report): string {
  const { machine } = report;
  const row = (row: readonly string[]) => `| ${row.join(' | ')} |`;
  return [
    '# What it costs',
    '',
    '`npm run bench` made this page: our part and a peer in the same run, in alternation, medians; times in milliseconds, rates per second.',
    '',
    `Machine: ${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}. Commit ${report.commit}, ${report.at.slice(0, 10)}.`,
    '',
    row(HEAD),
    row(HEAD.map(() => '---')),
    ...report.lines.map((line) => row(cells(line))),
    '',
  ].join('\n');
}

function figures(all: Figures): string {
  return Object.entries(all)
    .map(([name, value]) => `${name} ${number(value)}`)
    .join(', ');
}

function number(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value >= 100 ? 0 : 2 });
}
