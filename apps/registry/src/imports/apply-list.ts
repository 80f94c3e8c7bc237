import { CsvError, readCsv } from '@privity/service';
import type { CsvEncoding, CsvRow } from '@privity/service';
import { createReadStream } from 'node:fs';
import type { ReadRow, RowReader } from './row-reader.js';
import { Tally } from './tally.js';

const BATCH = 256;

/**
 * Reads a file to its end and applies nothing: a broken quote in the last line must not leave half a list in effect.
 * What is no UTF-8 and reads well as text of old Windows programs is that: to refuse it would leave a whole list recordable.
 * @returns the encoding that it reads well in
 */
export async function checkList(path: string, { columns }: RowReader): Promise<CsvEncoding> {
  try {
    await readWhole(path, columns, 'utf-8');
    return 'utf-8';
  } catch (error) {
    if (!(error instanceof CsvError) || error.code !== 'csv-not-utf8') throw error;
    return await readWhole(path, columns, 'windows-1252').then(
      () => 'windows-1252',
      () => Promise.reject(error),
    );
  }
}

/** Whether a file has another list's columns: it was sent as the wrong kind. */
export async function hasColumnsOf(path: string, { columns }: RowReader): Promise<boolean> {
  const rows = readCsv(createReadStream(path), { columns, encoding: 'windows-1252' });
  return rows.next().then(
    () => rows.return().then(() => true),
    () => false,
  );
}

async function readWhole(path: string, columns: readonly string[], encoding: CsvEncoding): Promise<void> {
  const rows = readCsv(createReadStream(path), { columns, encoding });
  while (!(await rows.next()).done);
}

/** Applies a checked file, batch by batch, and tells how far it is after each. Memory holds one batch. */
export async function applyList(
  { path, encoding }: { readonly path: string; readonly encoding: CsvEncoding },
  reader: RowReader,
  actor: string,
  progress: (tally: Tally) => Promise<void>,
): Promise<Tally> {
  const tally = new Tally();
  let batch: CsvRow<string>[] = [];
  const apply = async () => {
    await applyBatch(await reader.read(batch, actor), tally);
    tally.rows += batch.length;
    batch = [];
    await progress(tally);
  };
  for await (const row of readCsv(createReadStream(path), { columns: reader.columns, encoding })) {
    batch.push(row);
    if (batch.length === BATCH) await apply();
  }
  if (batch.length > 0) await apply();
  return tally;
}

/** Side by side, so that appends share a commit; rows about the same thing in their order. */
async function applyBatch(rows: readonly ReadRow[], tally: Tally): Promise<void> {
  const byKey = new Map<string, ReadRow[]>();
  for (const row of rows) byKey.set(row.key, [...(byKey.get(row.key) ?? []), row]);
  const groups = [...byKey.values()].map(async (group) => {
    for (const row of group) await applyRow(row, tally);
  });
  // All of them end before the first failure is thrown: nothing may go on behind a report that says failed.
  const failed = (await Promise.allSettled(groups)).find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}

async function applyRow(row: ReadRow, tally: Tally): Promise<void> {
  let isNew = false;
  for (const statement of row.statements) isNew = (await statement()) || isNew;
  if (isNew) tally.added += 1;
  else if (row.statements.length > 0) tally.unchanged += 1;
  tally.reject(row.rejected);
}
