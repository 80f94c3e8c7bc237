import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { compare } from '@privity/cdr';
import { type Instant, localToInstant } from '@privity/kernel';
import { readCsv } from '@privity/service/installation';
import { Failed } from '../failures.js';

/** A line of an incumbent's call records, placed in time. */
export interface RecordedCall {
  readonly callId: string;
  readonly at: Instant;
  readonly facility: string;
  readonly caller: string;
  /** As the export has it: any format, or none that can be read. */
  readonly dialed: string;
  readonly completion: 'COMPLETE' | 'REFUSED' | 'NO ANSWER' | 'BLOCKED';
  readonly seconds: number;
}

const COMPLETIONS = ['COMPLETE', 'REFUSED', 'NO ANSWER', 'BLOCKED'] as const;
const CALL_COLUMNS = ['CALL_ID', 'START_LOCAL', 'SITE', 'DOC_NUM', 'DIALED', 'DURATION_S', 'COMPLETION'] as const;
const LOCAL_TIME = /^(\d\d)\/(\d\d)\/(\d{4}) (\d\d):(\d\d):(\d\d)$/;

/** Rows of one file of the export, with the line each begins on. */
export async function* exportRows<C extends string>(folder: string, file: string, columns: readonly C[]) {
  for await (const row of readCsv(createReadStream(join(folder, file)), { columns })) {
    if (row.malformed) throw new Failed(`${file}, line ${row.line}: ${row.malformed}`);
    yield { line: row.line, values: row.values };
  }
}

/** Time zone of each facility. */
export async function readTimezones(folder: string): Promise<Map<string, string>> {
  const zones = new Map<string, string>();
  for await (const { values } of exportRows(folder, 'facilities.csv', ['SITE', 'TIMEZONE'])) {
    zones.set(values.SITE, values.TIMEZONE);
  }
  return zones;
}

/**
 * The first `limit` calls in the order in which they began. The export has local times without a zone: the facility's
 * own counts, and in the repeated hour of autumn the first reading. Ties go by call id.
 */
export async function readCalls(folder: string, limit: number): Promise<RecordedCall[]> {
  const zones = await readTimezones(folder);
  const calls: RecordedCall[] = [];
  for await (const { line, values } of exportRows(folder, 'call_records.csv', CALL_COLUMNS)) {
    const fail = (what: string) => new Failed(`call_records.csv, line ${line}: ${what}`);
    const zone = zones.get(values.SITE);
    if (zone === undefined) throw fail(`SITE is not in facilities.csv`);
    const completion = COMPLETIONS.find((known) => known === values.COMPLETION.trim());
    if (completion === undefined) throw fail('COMPLETION is unknown');
    const parts = LOCAL_TIME.exec(values.START_LOCAL)?.slice(1).map(Number);
    if (!parts) throw fail('START_LOCAL is not MM/DD/YYYY HH:MM:SS');
    const [month, day, year, hour, minute, second] = parts as [number, number, number, number, number, number];
    calls.push({
      callId: values.CALL_ID,
      at: localToInstant({ year, month, day, hour, minute, second }, zone),
      facility: values.SITE,
      caller: values.DOC_NUM,
      dialed: values.DIALED,
      completion,
      seconds: Number(values.DURATION_S) || 0,
    });
  }
  calls.sort((a, b) => compare(a.at, b.at) || compare(a.callId, b.callId));
  return calls.slice(0, limit);
}
