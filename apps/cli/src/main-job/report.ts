import { writeFile } from 'node:fs/promises';
import type { Difference } from './findings.js';
import type { MemoryUse } from './memory.js';

/** What `--json FILE` writes; the names are fixed. */
export interface MainJobReport {
  readonly stream: 'kafka' | 'feed';
  readonly calls: number;
  readonly denied: number;
  readonly notConnected: number;
  readonly connected: number;
  readonly recorded: number;
  readonly unrecorded: number;
  /** By the first reason that turned recording off; adds up to `unrecorded`. */
  readonly unrecordedByReason: Readonly<Record<string, number>>;
  /** Calls left unrecorded that the export would have recorded; the command fails on them too. */
  readonly differences: readonly Difference[];
  /** Objects in the media folder whose call, says the export, was to a protected number. */
  readonly protectedRecorded: number;
  /** Distinct positions that the services published, up to the head vector taken after the last call. */
  readonly events: number;
  /** Of these, in the audit log with the same bytes. */
  readonly eventsInLog: number;
  readonly eventsByType: Readonly<Record<string, number>>;
  readonly replayed: number;
  readonly replayMismatches: number;
  readonly proofsVerified: number;
  readonly audioBytesSent: number;
  readonly audioBytesDecrypted: number;
  /** Peak resident memory of each part, bytes, when a tenth of the calls was played and when all were. */
  readonly memory: readonly MemoryUse[];
  /** From the first import to the last check. */
  readonly seconds: number;
}

/** @param wrong whatever else is not as it must be */
export function writeReport(file: string, report: MainJobReport, wrong: readonly string[]): Promise<void> {
  return writeFile(file, `${JSON.stringify({ ...report, wrong }, null, 2)}\n`);
}

/** The report as a table for people. */
export function table(report: MainJobReport): string {
  const n = (value: number) => value.toLocaleString('en-US');
  const rows: [string, string, string][] = [
    ['calls played', n(report.calls), `over ${report.stream}, in ${n(report.seconds)} s`],
    ['  denied', n(report.denied), ''],
    ['  not connected', n(report.notConnected), ''],
    ['  connected', n(report.connected), ''],
    ['    recorded', n(report.recorded), ''],
    ['    unrecorded', n(report.unrecorded), ''],
    ...Object.entries(report.unrecordedByReason).map(([reason, count]): [string, string, string] => [
      `      ${reason}`,
      n(count),
      '',
    ]),
    ['protected calls recorded', n(report.protectedRecorded), "the media folder's names against the export's files"],
    ['events published', n(report.events), 'distinct positions, all services'],
    ['  of these in the audit log', n(report.eventsInLog), 'the same bytes, under a signed checkpoint'],
    ['decisions derived again', n(report.replayed), `${n(report.replayMismatches)} differ`],
    ['inclusion proofs verified', n(report.proofsVerified), 'entries drawn at random'],
    ['audio bytes sent', n(report.audioBytesSent), ''],
    ['audio bytes decrypted', n(report.audioBytesDecrypted), 'inside the vault, equal digests'],
    ...report.memory.map(({ part, atTenth, atEnd }): [string, string, string] => [
      `memory of ${part}`,
      `${mebibytes(atEnd)} MiB`,
      `peak; ${mebibytes(atTenth)} MiB when a tenth was played`,
    ]),
  ];
  const [left, right] = [0, 1].map((column) => Math.max(...rows.map((row) => row[column as 0 | 1].length)));
  return rows
    .map(([name, value, remark]) => `  ${name.padEnd(left ?? 0)}  ${value.padStart(right ?? 0)}  ${remark}`.trimEnd())
    .join('\n');
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}
