import { instant, isInstant, parseNumber } from '@privity/kernel';
import type { BlindIndex, E164, Instant } from '@privity/kernel';
import { categoryOfNote, numberStream } from '@privity/registry';
import type { CsvRow } from '@privity/service';
import type { Protecting } from '../protections/protecting.js';
import { DO_NOT_RECORD_COLUMNS } from './list-columns.js';
import { refused } from './row-reader.js';
import type { ReadRow, RowReader, SeenIndexes } from './row-reader.js';

type Column = (typeof DO_NOT_RECORD_COLUMNS)[number];
type Row = CsvRow<Column>;

interface ListedNumber {
  readonly row: Row;
  readonly number: E164;
  readonly index: BlindIndex;
  /** Its indexes under all live epochs. */
  readonly candidates: readonly BlindIndex[];
}

/**
 * A vendor's list of numbers not to be recorded. To be on it is what counts, under either flag (T2), at any SITE (T6)
 * and whatever ENDED_DT a migration wrote (T3): one system-wide protection comes of it.
 */
export class DoNotRecordReader implements RowReader<Column> {
  readonly columns = DO_NOT_RECORD_COLUMNS;

  constructor(
    private readonly protecting: Protecting,
    private readonly seen: SeenIndexes,
  ) {}

  scopesOf(list: string): readonly string[] {
    return [list];
  }

  async read(rows: readonly Row[], list: string, actor: string): Promise<readonly ReadRow[]> {
    const read = rows.map((row) => {
      const parsed = parseNumber(row.values.PHONE);
      if (row.malformed) return { refusal: refused(row.line, '(line)', row.malformed) };
      if (!parsed.ok) return { refusal: refused(row.line, 'PHONE', parsed.reason) };
      const { number } = parsed;
      const candidates = this.protecting.numbers.candidates(number);
      // Made once: a hash for each of a million lines.
      const [index = this.protecting.numbers.index(number)] = candidates;
      return { row, number, index, candidates };
    });
    await this.seen.look(read.flatMap(({ candidates = [] }) => candidates));
    await this.protecting.prepareKeys(read.flatMap(({ index }) => (index === undefined ? [] : numberStream(index))));
    return read.map((one) => one.refusal ?? this.statementOf(one, list, actor));
  }

  private statementOf(
    { row: { values }, number, index, candidates }: ListedNumber,
    list: string,
    actor: string,
  ): ReadRow {
    const said = {
      source: { kind: 'do-not-record', ref: list },
      category: categoryOfNote(values.NOTE),
      basis: 'on a do-not-record list',
      since: startOf(values.ADDED_DT) ?? instant(),
    } as const;
    const statement = async () => (await this.protecting.protect(number, said, { actor }, index)).events.length > 0;
    const standing = candidates.filter((candidate) => this.seen.hasSeen(candidate));
    const protectedAs = standing.length;
    const standsAs = standing.includes(index) ? protectedAs : protectedAs + 1;
    const entry = { scope: list, entry: index, protectedAs, standsAs };
    return { key: index, statements: [statement], rejected: [], entry };
  }
}

/** A local date without a zone. Midnight in UTC is the earliest it can mean in America, so the stricter reading. */
function startOf(text: string): Instant | undefined {
  const [, month, day, year] = /^(\d\d)\/(\d\d)\/(\d{4})$/.exec(text.trim()) ?? [];
  const start = `${year}-${month}-${day}T00:00:00.000Z`;
  return isInstant(start) ? start : undefined;
}
