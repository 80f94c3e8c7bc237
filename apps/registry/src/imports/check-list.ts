import { CsvError, readCsv } from '@privity/service';
import type { CsvEncoding } from '@privity/service';
import { createReadStream } from 'node:fs';
import type { ImportKind } from '../read-models/import-report.entity.js';
import { LIST_COLUMNS } from './list-columns.js';

export interface ListFile {
  readonly kind: ImportKind;
  readonly path: string;
}

/**
 * Reads a file to its end and applies nothing: a broken quote in the last line must not leave half a list in effect.
 * What is no UTF-8 and reads well as text of old Windows programs is that: to refuse it would leave a whole list recordable.
 * @returns the encoding that it reads well in
 * @throws CsvError, also where it is a list of the other kind
 */
export async function checkList(file: ListFile): Promise<CsvEncoding> {
  const columns = LIST_COLUMNS[file.kind];
  try {
    await readWhole(file.path, columns, 'utf-8');
    return 'utf-8';
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    if (error.code === 'csv-column-missing') throw (await asWrongKind(file)) ?? error;
    if (error.code !== 'csv-not-utf8') throw error;
    await readWhole(file.path, columns, 'windows-1252').catch(() => Promise.reject(error));
    return 'windows-1252';
  }
}

/** Says so where the columns are another list's, instead of naming the first one that is not there. */
async function asWrongKind({ kind, path }: ListFile): Promise<CsvError | undefined> {
  for (const [other, columns] of Object.entries(LIST_COLUMNS)) {
    if (other === kind || !(await hasColumns(path, columns))) continue;
    const detail = `These are the columns of a ${other} list. Send it as kind ${other}.`;
    return new CsvError('csv-wrong-kind', detail, { field: 'kind' });
  }
  return undefined;
}

async function hasColumns(path: string, columns: readonly string[]): Promise<boolean> {
  // Every byte means something in this encoding: only the first line is looked at.
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
