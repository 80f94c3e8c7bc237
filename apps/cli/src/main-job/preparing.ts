import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type FacilityPolicy,
  type ImportKind,
  type ImportReport,
  type JurisdictionRules,
  type PrivityClient,
  ProblemError,
} from '@privity/client';
import { Failed } from '../failures.js';
import { SAMPLE_RULES } from '../repository.js';
import { patiently } from './patience.js';

/** What an export brings, in the order in which it is read: who is protected before anybody calls. */
export const IMPORTS: readonly (readonly [ImportKind, string])[] = [
  ['bar-roll', 'bar_roll.csv'],
  ['do-not-record', 'do_not_record.csv'],
  ['facilities', 'facilities.csv'],
  ['roster', 'roster.csv'],
  ['allowed-numbers', 'allowed_numbers.csv'],
  ['movements', 'movements.csv'],
];

/**
 * A number must be on the caller's list; where the caller is, is only noted. Both parties hear a notice: the called one must
 * accept it, the caller where a state at either end asks for everybody's consent.
 */
export const SAMPLE_POLICY: FacilityPolicy = {
  allowedList: 'required',
  presence: 'noted',
  recording: 'permitted',
  notices: [
    { party: 'caller', language: 'en', acceptance: 'none' },
    { party: 'callee', language: 'en', acceptance: 'required' },
  ],
  maxSeconds: 3600,
};

/** Imports every list of an export; the same file again changes nothing. @throws Failed naming the list */
export async function importLists(client: PrivityClient, folder: string, say: (line: string) => void): Promise<void> {
  for (const [kind, file] of IMPORTS) {
    const report = await importList(client, kind, join(folder, file));
    if (report.state !== 'applied') {
      throw new Failed(`${file} could not be imported: ${whyNotApplied(report)}`);
    }
    const rejected = report.rejected.length === 0 ? '' : `, ${report.rejected.length} rejected`;
    say(`  ${kind}: ${report.rows} rows, ${report.added} added, ${report.unchanged} unchanged${rejected}`);
  }
}

/** In words, for whoever sent the file. */
export function whyNotApplied({ state, problem, losses = [], importId }: ImportReport): string {
  if (state !== 'held') return problem?.detail ?? problem?.code ?? 'no reason given';
  const lost = losses.filter(({ departed }) => departed > 0);
  const words = lost.map(({ scope, entries, departed }) => `${scope} lost ${departed} of ${entries} entries`);
  return `${words.join(', ')}. Nothing has ended by that. A second person has to approve import ${importId}.`;
}

/** One that was interrupted goes on when the same file is sent again. */
async function importList(client: PrivityClient, kind: ImportKind, file: string): Promise<ImportReport> {
  return patiently(async () => {
    const report = await client.imports.run(kind, file);
    const { code = '' } = report.problem ?? {};
    if (report.state === 'failed' && INTERRUPTED.includes(code)) throw new ProblemError(503, report.problem);
    return report;
  });
}

const INTERRUPTED = ['import-interrupted', 'store-unavailable', 'unavailable'];

/** Puts the sample rules in force, and gives every facility the sample policy. */
export async function setPolicies(client: PrivityClient, facilities: Iterable<string>): Promise<void> {
  const { rules } = JSON.parse(await readFile(SAMPLE_RULES, 'utf8')) as Pick<JurisdictionRules, 'rules'>;
  await client.setJurisdictionRules(rules);
  for (const facility of facilities) await client.setPolicy(facility, SAMPLE_POLICY);
}
