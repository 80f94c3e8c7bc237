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
  const { breaches, undated, unverified } = judge(toKnown, calls, known, sites);
  const undatedCalls = undated.reduce((sum, { lines }) => sum + lines, 0);
  if (undatedCalls > 0) {
    unread.add(calls, 'START_LOCAL', undatedCalls, await rowsOf(engine, calls, idsOf(undated)));
  }
  const log = files.get('access_log');
  const accesses = log === undefined ? undefined : await accessesTo(engine, log, idsOf(breaches));
  const findings = breaches
    .map((breach) => ({ ...breach, accesses: accesses?.perCall.get(breach.callId) ?? 0 }))
    .toSorted(inOrder);
  const totals = {
    ...counts,
    unparseable_dialed: unreadable.calls,
    ...(files.has('bar_roll') ? { attorneys: known.members.size } : {}),
    ...(files.has('allowed_numbers') ? { unverified_calls: unverified } : {}),
    ...(undatedCalls === 0 ? {} : { undated_calls: undatedCalls }),
    ...(accesses === undefined ? {} : { accesses: accesses.lines }),
  };
  const sections = { ...listenedOf(accesses), unread: unread.list(), missing: missingFrom(files) };
  const report = reportOf(totals, findings, sections);
  return { report, findings, sites, members: known.members, listeners: accesses?.listeners ?? [] };
}

interface Judged {
  readonly breaches: readonly Finding[];
  /** Recorded, to a number that the lists know, on a day that cannot be read, so that nobody can say more. */
  readonly undated: readonly { readonly callId: string; readonly lines: number }[];
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
  const undated: { callId: string; lines: number }[] = [];
  let unverified = 0;
  const read = momentReader(file.dates);
  for (const { callId, site, start, number, lines } of calls) {
    const known = numbers.get(number);
    const moment = read(start);
    const time = moment && callTime(moment, file.clock, sites.get(site)?.zone);
    const date = time?.date;
    if (known !== undefined && date === undefined) undated.push({ callId, lines });
    else if (known !== undefined && date !== undefined && isProtected(known, { site, date })) {
      const cause = causeOf(known, { site, date });
      const breach = { callId, cause, accesses: 0, site, date, utc: time?.instants ?? [], members: known.members };
      // Lines that are equal in all that is read of them.
      for (let n = 0; n < lines; n += 1) breaches.push(breach);
    } else if (claimed.has(number)) unverified += lines;
  }
  return { breaches, undated, unverified };
}

const idsOf = (calls: readonly { readonly callId: string }[]) => calls.map(({ callId }) => callId);

const listenedOf = (accesses: Accesses | undefined) => (accesses === undefined ? {} : { listened: accesses.listened });
