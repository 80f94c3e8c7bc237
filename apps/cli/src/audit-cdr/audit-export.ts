import {
  callTime,
  type CdrReport,
  causeOf,
  type Finding,
  inOrder,
  isProtected,
  momentReader,
  reportOf,
} from '@privity/cdr';
import type { Engine } from './engine.js';
import { type ExportFile, type ExportFiles, missingFrom } from './export-folder.js';
import { type Site, sitesOf } from './facilities.js';
import { type KnownNumbers, knownNumbers, type Member } from './known-numbers.js';
import { type Accesses, accessesTo, type Listener } from './listening.js';
import { type RecordedCall, readCalls, rowsOf } from './recorded-calls.js';
import { UnreadValues } from './unread-values.js';

export interface Audit {
  readonly report: CdrReport;
  /** The report's calls, in its order, with the bar members that were called. */
  readonly findings: readonly Finding[];
  readonly sites: ReadonlyMap<string, Site>;
  /** For those who may know. */
  readonly members: ReadonlyMap<string, Member>;
  readonly listeners: readonly Listener[];
}

/** What an export says of recorded calls to protected numbers. @throws WrongUse where it cannot be read */
export async function auditExport(engine: Engine, files: ExportFiles): Promise<Audit> {
  for (const file of files.values()) await engine.attach(file);
  const unread = new UnreadValues();
  const known = await knownNumbers(engine, files, unread);
  const sites = await sitesOf(engine, files.get('facilities'), unread);
  const calls = files.get('call_records') as ExportFile;
  const { unreadable, toKnown, ...counts } = await readCalls(engine, calls, known);
  if (unreadable.calls > 0) unread.add(calls, 'DIALED', unreadable.calls, unreadable.rows);
  const { breaches, undated, unreadStarts, unverified } = judge(toKnown, calls, known, sites);
  if (unreadStarts.length > 0) {
    const values = unreadStarts.reduce((sum, { lines }) => sum + lines, 0);
    unread.add(calls, 'START_LOCAL', values, await rowsOf(engine, calls, unreadStarts));
  }
  const log = files.get('access_log');
  const breached = breaches.map(({ callId }) => callId);
  const accesses = log === undefined ? undefined : await accessesTo(engine, log, breached);
  const findings = breaches
    .map((breach) => ({ ...breach, accesses: accesses?.perCall.get(breach.callId) ?? 0 }))
    .toSorted(inOrder);
  const totals = {
    ...counts,
    unparseable_dialed: unreadable.calls,
    ...(files.has('bar_roll') ? { attorneys: known.members.size } : {}),
    ...(files.has('allowed_numbers') ? { unverified_calls: unverified } : {}),
    ...(undated === 0 ? {} : { undated_calls: undated }),
    ...(accesses === undefined ? {} : { accesses: accesses.lines }),
  };
  const sections = { ...listenedOf(accesses), unread: unread.list(), missing: missingFrom(files) };
  const report = reportOf(totals, findings, sections);
  return { report, findings, sites, members: known.members, listeners: accesses?.listeners ?? [] };
}

interface Judged {
  readonly breaches: readonly Finding[];
  /** How many were recorded, to a number that the lists know, on a day that nobody can tell, so that nobody can say more. */
  readonly undated: number;
  /** Recorded, to such a number, with a beginning that cannot be read as a whole: its day, or the time after it. */
  readonly unreadStarts: readonly RecordedCall[];
  /** Calls to numbers that only somebody in custody calls a lawyer's. */
  readonly unverified: number;
}

function judge(
  calls: readonly RecordedCall[],
  file: ExportFile,
  { numbers, claimed }: KnownNumbers,
  sites: ReadonlyMap<string, Site>,
): Judged {
  const breaches: Finding[] = [];
  const unreadStarts: RecordedCall[] = [];
  let [undated, unverified] = [0, 0];
  const read = momentReader(file.dates);
  for (const call of calls) {
    const { callId, site, start, number, lines } = call;
    const known = numbers.get(number);
    const moment = known && read(start);
    const time = moment && callTime(moment, file.clock, sites.get(site)?.zone);
    const date = time?.date;
    if (known !== undefined && (date === undefined || time?.unread === true)) unreadStarts.push(call);
    if (known !== undefined && date === undefined) undated += lines;
    else if (known !== undefined && date !== undefined && isProtected(known, { site, date })) {
      const cause = causeOf(known, { site, date });
      const breach = { callId, cause, accesses: 0, site, date, utc: time?.instants ?? [], members: known.members };
      // Lines that are equal in all that is read of them.
      for (let n = 0; n < lines; n += 1) breaches.push(breach);
    } else if (claimed.has(number)) unverified += lines;
  }
  return { breaches, undated, unreadStarts, unverified };
}

const listenedOf = (accesses: Accesses | undefined) => (accesses === undefined ? {} : { listened: accesses.listened });
