import { CAUSES, type CdrReport, type Count, WORDS } from '@privity/cdr';
import type { Site } from './facilities.js';
import type { Identities } from './identities.js';
import { html, type Markup } from './markup.js';
import { bars, columns, table } from './plots.js';
import { STYLE } from './report-style.js';
import { caveats, number, unreadWords } from './report-words.js';

const SITES_SHOWN = 25;

export interface Page {
  readonly report: CdrReport;
  readonly sites: ReadonlyMap<string, Site>;
  readonly identities: Identities | undefined;
}

/** One file that needs no other and no network; the same for the same report. */
export function pageOf({ report, sites, identities }: Page): string {
  const siteName = ({ name: site }: Count) => [site, sites.get(site)?.name].filter(Boolean).join(' ');
  const shown = report.by_site.slice(0, SITES_SHOWN).map((count) => ({ ...count, name: siteName(count) }));
  const others = report.by_site.length - shown.length;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Recorded calls to protected numbers</title>
        <style>
          ${STYLE}
        </style>
      </head>
      <body>
        <h1>Recorded calls to protected numbers</h1>
        <p class="lead">
          <strong>${number(report.breach_calls)}</strong> of ${number(report.recorded)} recorded calls were to numbers
          that must not be recorded${listened(report)}
        </p>
        <p>
          The export holds ${number(report.calls)} calls; ${number(report.unparseable_dialed)} of them dialled something
          that is no number and were left out.
        </p>
        ${caveats(report).map((caveat) => html`<p class="caveat">${caveat}</p>`)}
        <section>
          <h2>Why they were recorded</h2>
          ${bars('Recorded calls to protected numbers, by cause', causeCounts(report))}
          ${table(['Cause', 'What it means', 'What would have prevented it'], causeRows(report))}
        </section>
        <section>
          <h2>When</h2>
          ${columns('Recorded calls to protected numbers, by month at the facility', report.by_month)}
        </section>
        <section>
          <h2>Where</h2>
          ${bars('Recorded calls to protected numbers, by facility', shown)}
          ${others > 0 ? html`<p>And fewer from each of ${number(others)} more.</p>` : ''}
        </section>
        <section>
          <h2>Whose lawyers</h2>
          ${attorneys(report, identities)}
        </section>
        <section>
          <h2>Who listened or took copies</h2>
          ${listeners(report, identities)}
        </section>
        <section>
          <h2>What could not be read</h2>
          ${
            report.unread.length === 0
              ? html`<p>Everything could be read.</p>`
              : html`<ul>
                  ${report.unread.map((one) => html`<li>${unreadWords(one)}</li>`)}
                </ul>`
          }
        </section>
        <footer>
          <p>Digest of this report (SHA-256): <code>${report.digest}</code></p>
          <p>
            Whoever runs <code>privity audit-cdr</code> on the same export gets the same digest; names, where they are
            shown, are not part of it.
          </p>
        </footer>
      </body>
    </html>`;
  return `${page.text}\n`;
}

function listened({ accesses, accessed_breach_calls: calls = 0, breach_accesses: times = 0 }: CdrReport): string {
  return accesses === undefined
    ? '.'
    : `; ${number(calls)} of these were listened to or copied, ${number(times)} times in all.`;
}

function causeCounts({ breaches }: CdrReport): Count[] {
  return CAUSES.flatMap((cause) => {
    const calls = breaches[cause];
    return calls === undefined ? [] : [{ name: cause, calls }];
  });
}

function causeRows(report: CdrReport): string[][] {
  return CAUSES.filter((cause) => report.breaches[cause] !== undefined).map((cause) => [
    cause,
    WORDS[cause].means,
    WORDS[cause].prevention,
  ]);
}

function attorneys({ by_attorney: calls }: CdrReport, identities: Identities | undefined): Markup {
  if (calls.length === 0) return html`<p>No number of an active bar member was among them.</p>`;
  const [most = 0] = calls;
  const said = html`<p>
    ${number(calls.length)} bar members were reached by recorded calls, the most called of them ${number(most)} times. A
    number that several of them share counts for each.
  </p>`;
  if (identities === undefined) return said;
  const rows = identities.attorneys.map(({ bar, name, firm, calls: of }) => [bar, name, firm, number(of)]);
  return html`${said} ${table(['Bar', 'Name', 'Firm', 'Calls'], rows)}`;
}

function listeners({ listened: agencies }: CdrReport, identities: Identities | undefined): Markup {
  if (agencies === undefined) return html`<p>The export has no access log: nobody can say.</p>`;
  if (agencies.length === 0) return html`<p>Nobody, as far as the access log tells.</p>`;
  const byAgency = agencies.map(({ agency, action, times, calls }) => [agency, action, number(times), number(calls)]);
  const said = table(['Agency', 'What they did', 'Times', 'Calls'], byAgency);
  if (identities === undefined) return said;
  const byUser = identities.listeners.map((one) => [
    one.user,
    one.agency,
    one.action,
    number(one.times),
    number(one.calls),
  ]);
  return html`${said} ${table(['User', 'Agency', 'What they did', 'Times', 'Calls'], byUser)}`;
}
