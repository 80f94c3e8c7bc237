import { createHash } from 'node:crypto';
import type { Instant } from '@privity/kernel';
import { type Cause, CAUSES } from './cause.js';
import { by, compare, type Count } from './count.js';
import type { LocalDate } from './protection.js';

/** A recorded call to a protected number. */
export interface Breach {
  readonly callId: string;
  readonly cause: Cause;
  /** Lines of the access log that name the call: somebody listened, downloaded or burned a disc. */
  readonly accesses: number;
  readonly site: string;
  /** At the facility. */
  readonly date: LocalDate;
  /** Instants at which it may have begun: two in the hour that autumn repeats; none where the export does not tell. */
  readonly utc: readonly Instant[];
}

/** A breach, and the active bar members whose number was called; none: only a list has the number. */
export interface Finding extends Breach {
  readonly members: readonly string[];
}

/** What is counted besides the breaches. Absent: the export has no such file. */
export interface Totals {
  readonly calls: number;
  readonly recorded: number;
  /** Calls whose number cannot be read: counted apart, never guessed. */
  readonly unparseable_dialed: number;
  /** Recorded calls to a listed number whose day cannot be read; absent: none. */
  readonly undated_calls?: number;
  /** Bar members of any status. */
  readonly attorneys?: number;
  /** Lines of the access log. */
  readonly accesses?: number;
  /**
   * Recorded calls, besides the breaches, to numbers that somebody in custody has on a list as a lawyer's: nobody has
   * verified that they are.
   */
  readonly unverified_calls?: number;
}

/** Who took out breached calls, as far as a report for everybody says. */
export interface Listening {
  readonly agency: string;
  /** As the log has it: played, downloaded, copied. */
  readonly action: string;
  readonly times: number;
  readonly calls: number;
}

/** Values that could not be read, in one column of one table. */
export interface Unread {
  readonly table: string;
  readonly column: string;
  readonly values: number;
  /** Of the first of them, as a spreadsheet counts rows: a header is 1, and a text that goes over several lines is in one. */
  readonly lines: readonly number[];
}

/** What `--json` writes. */
export interface CdrReport extends Totals {
  readonly breach_calls: number;
  /** Causes that occur. */
  readonly breaches: Readonly<Partial<Record<Cause, number>>>;
  readonly accessed_breach_calls?: number;
  readonly breach_accesses?: number;
  readonly by_site: readonly Count[];
  /** `YYYY-MM`, at the facility. */
  readonly by_month: readonly Count[];
  /** One entry for each bar member reached, most calls first; who they are is for `--identities`. */
  readonly by_attorney: readonly number[];
  /** Absent where the export has no access log. */
  readonly listened?: readonly Listening[];
  readonly unread: readonly Unread[];
  /** Tables and columns that the export has not: what rests on them is not in this report. */
  readonly missing: readonly string[];
  /** SHA-256, hex, of everything else in this report: equal for equal exports, on any machine (T4). */
  readonly digest: string;
  /** In the order of their ids. */
  readonly breached: readonly Breach[];
}

export interface Sections {
  readonly listened?: readonly Listening[];
  readonly unread: readonly Unread[];
  readonly missing: readonly string[];
}

/** @param findings in any order */
export function reportOf(totals: Totals, findings: readonly Finding[], sections: Sections): CdrReport {
  const breached = findings.map(({ members: _, ...breach }): Breach => breach).toSorted(inOrder);
  const accessed = {
    accessed_breach_calls: breached.filter(({ accesses }) => accesses > 0).length,
    // The log names calls: what it says of one does not count again for each line that the call has in the export.
    breach_accesses: [...new Map(breached.map(({ callId, accesses }) => [callId, accesses])).values()].reduce(
      (sum, accesses) => sum + accesses,
      0,
    ),
  };
  const counted = {
    ...totals,
    breach_calls: breached.length,
    breaches: causesOf(breached),
    ...(totals.accesses === undefined ? {} : accessed),
    by_site: by(breached, ({ site }) => [site]),
    by_month: by(breached, ({ date }) => [date.slice(0, 7)]).toSorted((a, b) => compare(a.name, b.name)),
    by_attorney: by(findings, ({ members }) => members).map(({ calls }) => calls),
    ...sections,
  };
  return { ...counted, digest: digestOf(counted, breached), breached };
}

function causesOf(breached: readonly Pick<Breach, 'cause'>[]): CdrReport['breaches'] {
  const count = (cause: Cause) => breached.filter((breach) => breach.cause === cause).length;
  return Object.fromEntries(CAUSES.map((cause) => [cause, count(cause)] as const).filter(([, calls]) => calls > 0));
}

/** By id; lines of one id by whatever else they say. */
export function inOrder(a: Breach, b: Breach): number {
  const rest = ({ date, site, cause, utc }: Breach) => [date, site, cause, ...utc].join('\n');
  return compare(a.callId, b.callId) || compare(rest(a), rest(b));
}

function digestOf(counted: object, breached: readonly Breach[]): string {
  const hash = createHash('sha256').update(`${canonical(counted)}\n`);
  for (const breach of breached) hash.update(`${canonical(breach)}\n`);
  return hash.digest('hex');
}

/** JSON with names in order: no library's idea of their order decides what the digest is. Numbers here are whole. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value as Record<string, unknown>)
    .filter(([, of]) => of !== undefined)
    .toSorted(([a], [b]) => compare(a, b));
  return `{${fields.map(([name, of]) => `${JSON.stringify(name)}:${canonical(of)}`).join(',')}}`;
}
