import { CAUSES, type CdrReport, type Unread, WORDS } from '@privity/cdr';

export const number = (value: number): string => value.toLocaleString('en-US');

/** The report for a screen. */
export function words(report: CdrReport): string {
  const causes = CAUSES.flatMap((cause) => {
    const calls = report.breaches[cause];
    return calls === undefined ? [] : [`  ${number(calls).padStart(10)}  ${cause.padEnd(12)}  ${WORDS[cause].means}`];
  });
  return [
    `${number(report.calls)} calls, ${number(report.recorded)} of them recorded; ${number(report.unparseable_dialed)} dialled something that is no number and were left out.`,
    ...undated(report),
    `${number(report.breach_calls)} recorded calls were to protected numbers:`,
    ...causes,
    report.accesses === undefined
      ? 'There is no access log: nobody can say who listened.'
      : `${number(report.accessed_breach_calls ?? 0)} of them were listened to or copied, ${number(report.breach_accesses ?? 0)} times in all.`,
    ...unverified(report),
    ...twice(report),
    ...report.unread.map(unreadWords),
    ...missing(report),
    `Digest of this report: ${report.digest}`,
  ].join('\n');
}

/** What the report rests on less than it could. */
export function caveats(report: CdrReport): string[] {
  return [...undated(report), ...unverified(report), ...twice(report), ...missing(report)];
}

export function unreadWords({ table, column, values, lines }: Unread): string {
  const told = lines.slice(0, 10).join(', ');
  const more = values > Math.min(lines.length, 10) ? ', …' : '';
  return `Not readable: ${number(values)} of ${table}.${column} (row ${told}${more})`;
}

function undated({ undated_calls: calls }: CdrReport): string[] {
  return calls === undefined
    ? []
    : [`${number(calls)} recorded calls to a listed number have no day that can be read: they are not counted below.`];
}

function unverified({ unverified_calls: calls }: CdrReport): string[] {
  return calls === undefined || calls === 0
    ? []
    : [
        `${number(calls)} more recorded calls were to numbers that somebody in custody lists as a lawyer's; nobody has verified that they are, so they are not counted above.`,
      ];
}

function twice({ breached }: CdrReport): string[] {
  const calls = breached.filter(({ utc }) => utc.length > 1).length;
  return calls === 0
    ? []
    : [`${number(calls)} of the calls began in the hour that autumn repeats: both readings are given.`];
}

function missing(report: CdrReport): string[] {
  return report.missing.length === 0 ? [] : [`The export has no ${report.missing.join(', ')}: the report says less.`];
}
