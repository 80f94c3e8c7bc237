import { readCsv } from '@privity/service';
import type { CsvEncoding, CsvRow } from '@privity/service';
import { createReadStream } from 'node:fs';
import type { ListEntry } from './list-entries.js';
import type { ReadRow, RowReader } from './row-reader.js';
import { Tally } from './tally.js';

/** Rows that share their commits; each costs a round of five statements beside its own. */
const BATCH = 1_000;

export interface CheckedList {
  readonly path: string;
  readonly encoding: CsvEncoding;
  /** Its name. */
  readonly list: string;
}

export interface Applying {
  /** Told of the entries of each batch, while what they say comes into effect. */
  readonly seen: (entries: readonly ListEntry[]) => Promise<void>;
  readonly progress: (tally: Tally) => Promise<void>;
}

/** Applies a checked file, batch by batch, and tells how far it is after each. Memory holds two batches. */
export async function applyList(
  { path, encoding, list }: CheckedList,
  reader: RowReader,
  actor: string,
  { seen, progress }: Applying,
): Promise<Tally> {
  const tally = new Tally();
  for (const scope of reader.scopesOf(list)) tally.scopes.add(scope);
  let batch: CsvRow<string>[] = [];
  let applied: Promise<void> = Promise.resolve();
  const apply = async (rows: readonly ReadRow[]) => {
    const entries = rows.flatMap(({ entry }) => entry ?? []);
    for (const { scope } of entries) tally.scopes.add(scope);
    await allOf([applyBatch(rows, tally), seen(entries)]);
    tally.rows += rows.length;
    await progress(tally);
  };
  // The keys of a batch are made while the one before is applied; batches are applied in order.
  const next = async () => {
    const rows = await reader.read(batch, list, actor);
    batch = [];
    await applied;
    applied = apply(rows);
    applied.catch(() => undefined);
  };
  try {
    for await (const row of readCsv(createReadStream(path), { columns: reader.columns, encoding })) {
      batch.push(row);
      if (batch.length === BATCH) await next();
    }
    if (batch.length > 0) await next();
    await applied;
    return tally;
  } finally {
    // Nothing may go on behind a report that says failed.
    await applied.catch(() => undefined);
  }
}

/** Side by side, so that appends share a commit; rows about the same thing in their order. */
async function applyBatch(rows: readonly ReadRow[], tally: Tally): Promise<void> {
  const byKey = new Map<string, ReadRow[]>();
  for (const row of rows) byKey.set(row.key, [...(byKey.get(row.key) ?? []), row]);
  const groups = [...byKey.values()].map(async (group) => {
    for (const row of group) await applyRow(row, tally);
  });
  await allOf(groups);
}

/** All of them end before the first failure is thrown: nothing may go on behind a report that says failed. */
async function allOf(working: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(working)).find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}

async function applyRow(row: ReadRow, tally: Tally): Promise<void> {
  let isNew = false;
  for (const statement of row.statements) isNew = (await statement()) || isNew;
  if (isNew) tally.added += 1;
  else if (row.statements.length > 0) tally.unchanged += 1;
  tally.reject(row.rejected);
}
