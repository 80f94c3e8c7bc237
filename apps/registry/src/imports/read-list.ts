import { type CsvEncoding, type CsvRow, readCsv } from '@privity/service';
import { createReadStream } from 'node:fs';
import type { ImportKind } from '../read-models/import-report.entity.js';
import { checkList } from './check-list.js';
import { EntryCount } from './entry-count.js';
import type { ListEntries } from './list-entries.js';
import type { ListToRead, ReadingHost, ReadList } from './reading.js';
import type { ReadRow, RowReader } from './row-reader.js';
import { Tally } from './tally.js';

/** Rows that share their commits; each costs a round of five statements beside its own. */
const BATCH = 500;
/** Characters, so that no file of long fields fills the memory. */
const BATCH_TEXT = 4_000_000;

export interface ReadingTools {
  readonly readers: Readonly<Record<ImportKind, RowReader>>;
  readonly entries: Pick<ListEntries, 'seen'>;
  /** The current key of purpose `view-digest`. */
  readonly digestKey: Buffer;
}

/** Checks a file, then applies it batch by batch, and tells how far it is after each. Memory holds two batches. */
export async function readList(
  { kind, path, list, actor, turn }: ListToRead,
  { readers, entries, digestKey }: ReadingTools,
  host: ReadingHost,
): Promise<ReadList> {
  const reader = readers[kind];
  const encoding = await checkList({ kind, path });
  await host.checked(encoding);
  const count = new EntryCount(digestKey);
  const tally = new Tally();
  const scopes = new Set(reader.scopesOf(list));
  let applied: Promise<void> = Promise.resolve();
  const apply = async (rows: readonly ReadRow[]) => {
    const listed = rows.flatMap(({ entry }) => entry ?? []);
    for (const { scope } of listed) scopes.add(scope);
    await allOf([applyBatch(rows, tally), entries.seen(turn, listed).then((seen) => count.add(seen))]);
    tally.rows += rows.length;
    await host.progress(tally.figures());
  };
  try {
    for await (const batch of batches({ path, encoding, columns: reader.columns })) {
      // The keys of a batch are made while the one before is applied; batches are applied in order.
      const rows = await reader.read(batch, list, actor);
      await applied;
      applied = apply(rows);
      applied.catch(() => undefined);
    }
    await applied;
    return { figures: tally.figures(), scopes: [...scopes], counted: count.counted() };
  } finally {
    // Nothing may go on behind a report that says failed.
    await applied.catch(() => undefined);
  }
}

interface OpenedFile {
  readonly path: string;
  readonly encoding: CsvEncoding;
  readonly columns: readonly string[];
}

async function* batches({ path, encoding, columns }: OpenedFile): AsyncGenerator<readonly CsvRow<string>[]> {
  let batch: CsvRow<string>[] = [];
  let text = 0;
  for await (const row of readCsv(createReadStream(path), { columns, encoding })) {
    batch.push(row);
    for (const value of Object.values(row.values)) text += value.length;
    if (batch.length < BATCH && text < BATCH_TEXT) continue;
    yield batch;
    batch = [];
    text = 0;
  }
  if (batch.length > 0) yield batch;
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
