import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import type { Audit } from './audit-export.js';

/**
 * A line for each breached call. Whatever the export says is text: what a spreadsheet would take for a formula is quoted.
 * @param identities with the bar members that were called
 */
export async function writeCsv(file: string, { findings, members }: Audit, identities: boolean): Promise<void> {
  const columns = ['CALL_ID', 'CAUSE', 'SITE', 'DATE', 'UTC', 'UTC_SECOND_READING', 'ACCESSES'];
  if (identities) columns.push('ATTORNEYS');
  function* lines() {
    for (const { callId, cause, site, date, utc, accesses, members: called } of findings) {
      const row = [callId, cause, site, date, utc[0] ?? '', utc[1] ?? '', accesses];
      const named = called.map((member) => `${members.get(member)?.name ?? ''} (${member})`).join('; ');
      yield identities ? [...row, named] : row;
    }
  }
  const form = stringify({ header: true, columns, escape_formulas: true, record_delimiter: '\r\n' });
  await pipeline(Readable.from(lines()), form, createWriteStream(file));
}
