import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImportKind, ImportOptions, ImportReport, PrivityClient } from '@privity/client';

const HEADERS: Record<ImportKind, string> = {
  'bar-roll': 'BAR_STATE,BAR_NO,LAST,FIRST,STATUS,FIRM,PHONE1,PHONE2,PHONE3,ADMITTED',
  'do-not-record': 'PHONE,DNR,PRIV,SITE,ADDED_DT,ENDED_DT,NOTE',
  facilities: 'SITE,NAME,STATE,TYPE,ADP,TIMEZONE',
  roster: 'DOC_NUM,LAST,FIRST,DOB,SITE,STATUS',
  'allowed-numbers': 'DOC_NUM,PHONE,RELATION,STATUS',
  movements: 'DOC_NUM,FROM_SITE,TO_SITE,MOVE_DT',
};

/** Imports a list of these lines through the public port, and fails where it is not applied or a line was rejected. */
export async function importList(
  client: PrivityClient,
  kind: ImportKind,
  lines: readonly string[],
): Promise<ImportReport> {
  const report = await sendList(client, kind, lines);
  if (report.state !== 'applied' || report.rejected.length > 0) throw new Error(JSON.stringify(report));
  return report;
}

/** Imports a list of these lines, perhaps under a name of its own. */
export async function sendList(
  client: PrivityClient,
  kind: ImportKind,
  lines: readonly string[],
  options: Pick<ImportOptions, 'list'> = {},
): Promise<ImportReport> {
  const folder = await mkdtemp(join(tmpdir(), 'privity-list-'));
  try {
    const file = join(folder, `${kind}.csv`);
    await writeFile(file, [HEADERS[kind], ...lines, ''].join('\r\n'));
    return await client.imports.run(kind, file, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One-party rules for these states, and none for others: there both ends would have to accept. */
export async function setRules(client: PrivityClient, ...states: readonly string[]): Promise<void> {
  await client.setJurisdictionRules(
    states.map((state) => ({ state, consent: 'one-party', from: '2000-01-01', source: 'a scenario' })),
  );
}

/** The sample policy: an allowed list, and a notice that the called party must accept before anything is recorded. */
export async function setPolicy(client: PrivityClient, facility: string): Promise<void> {
  await client.setPolicy(facility, {
    allowedList: 'required',
    presence: 'noted',
    recording: 'permitted',
    notices: [{ party: 'callee', language: 'en', acceptance: 'required' }],
    maxSeconds: 3600,
  });
}
