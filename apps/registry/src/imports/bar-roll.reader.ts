import { instant, parseNumber } from '@privity/kernel';
import type { BlindIndex, E164 } from '@privity/kernel';
import { barStatus, numberStream, protectsNumbers } from '@privity/registry';
import type { RejectedLine } from '@privity/registry';
import type { CsvRow } from '@privity/service';
import type { Protecting } from '../protections/protecting.js';
import { BAR_ROLL_COLUMNS } from './list-columns.js';
import { refused } from './row-reader.js';
import type { ReadRow, RowReader, SeenIndexes, Statement } from './row-reader.js';

const PHONES = ['PHONE1', 'PHONE2', 'PHONE3'] as const;
const WORDS = ['LAST', 'FIRST', 'FIRM'] as const;
/** As the form of a registrar has them. */
const MAX_WORDS = 200;
const MAX_BAR_NUMBER = 32;
const STATE = /^[A-Z]{2}$/;

type Column = (typeof BAR_ROLL_COLUMNS)[number];
type Row = CsvRow<Column>;

interface Member {
  readonly attorney: string;
  readonly barState: string;
  readonly barNumber: string;
}

interface ListedNumber {
  readonly number: E164;
  readonly index: BlindIndex;
}

interface Line {
  readonly row: Row;
  /** Absent where the line does not say whose it is. */
  readonly member: Member | undefined;
  readonly numbers: readonly ListedNumber[];
  readonly rejected: readonly RejectedLine[];
}

/**
 * A bar roll: every member is listed, and an active one's numbers are protected (any case of STATUS). A cell that
 * cannot be read is reported and the rest of its row counts: one bad number must not leave the good ones recordable, nor
 * must a bar number that is not there.
 */
export class BarRollReader implements RowReader<Column> {
  readonly columns = BAR_ROLL_COLUMNS;

  constructor(
    private readonly protecting: Protecting,
    private readonly seen: SeenIndexes,
  ) {}

  /** None: a roll with one state's members says nothing of another state's. */
  scopesOf(): readonly string[] {
    return [];
  }

  async read(rows: readonly Row[], list: string, actor: string): Promise<readonly ReadRow[]> {
    const read = rows.map((row) => this.makeOut(row));
    const lines = read.filter((line) => 'row' in line);
    const indexes = lines.flatMap((line) => line.numbers.map(({ index }) => index));
    await this.seen.look(indexes);
    const members = lines.flatMap(({ member }) => (member === undefined ? [] : [member.attorney]));
    await this.protecting.prepareKeys([...members, ...indexes.map(numberStream)]);
    return read.map((line) => ('row' in line ? this.statementsOf(line, list, actor) : line));
  }

  private makeOut(row: Row): Line | ReadRow {
    const { line, values } = row;
    if (row.malformed) return refused(line, '(line)', row.malformed);
    const rejected: RejectedLine[] = [];
    const member = this.memberOf(values, (field, reason) => rejected.push({ line, field, reason }));
    for (const field of WORDS) {
      if (values[field].length > MAX_WORDS) rejected.push({ line, field, reason: 'too-long' });
    }
    if (barStatus(values.STATUS) === 'unknown') rejected.push({ line, field: 'STATUS', reason: 'unknown-status' });
    const numbers: E164[] = [];
    for (const field of PHONES) {
      const parsed = parseNumber(values[field]);
      if (parsed.ok) numbers.push(parsed.number);
      else if (parsed.reason !== 'empty') rejected.push({ line, field, reason: parsed.reason });
    }
    // Made once: a hash for each of a million lines.
    const listed = [...new Set(numbers)].map((number) => ({ number, index: this.protecting.numbers.index(number) }));
    return { row, member, numbers: listed, rejected };
  }

  private memberOf(values: Row['values'], reject: (field: string, reason: string) => void): Member | undefined {
    const [barState, barNumber] = [values.BAR_STATE.trim().toUpperCase(), values.BAR_NO.trim()];
    const state = barState === '' ? 'empty' : STATE.test(barState) ? undefined : 'not-a-state';
    const number = barNumber === '' ? 'empty' : barNumber.length > MAX_BAR_NUMBER ? 'too-long' : undefined;
    if (state !== undefined) reject('BAR_STATE', state);
    if (number !== undefined) reject('BAR_NO', number);
    if (state !== undefined || number !== undefined) return undefined;
    return { attorney: this.protecting.attorneyStream(barState, barNumber), barState, barNumber };
  }

  private statementsOf({ row, member, numbers, rejected }: Line, list: string, actor: string): ReadRow {
    const status = barStatus(row.values.STATUS);
    const key = member?.attorney ?? `line ${row.line}`;
    // Whoever it is: an active member's lines are protected, under a source of their own that no other member's end can end.
    const source = { kind: 'bar-roll', ref: member?.attorney ?? 'unnamed' } as const;
    const basis =
      member === undefined ? 'in a line of a bar roll without a member' : `active member of the ${member.barState} bar`;
    const protections = numbers.map(({ number, index }): Statement => {
      const said = { source, category: 'attorney', basis, since: instant() } as const;
      return async () => (await this.protecting.protect(number, said, { actor }, index)).events.length > 0;
    });
    // The numbers first: a stop in between leaves a lawyer protected and not yet listed, not the other way round.
    const statements = protectsNumbers(status) ? protections : [];
    if (member === undefined) return { key, statements, rejected };
    const entry = { scope: `${list}:${member.barState}`, entry: member.attorney };
    return { key, statements: [...statements, this.listing(row, member, numbers, actor)], rejected, entry };
  }

  private listing(
    row: Row,
    { attorney, barState, barNumber }: Member,
    numbers: readonly ListedNumber[],
    actor: string,
  ): Statement {
    const [last, first, firm] = WORDS.map((field) => row.values[field].slice(0, MAX_WORDS)) as [string, string, string];
    const said = {
      barState,
      status: barStatus(row.values.STATUS),
      person: { barNumber, last, first, firm },
      numbers: numbers.map(({ index }) => index),
    };
    return async () => (await this.protecting.listAttorney(attorney, said, { actor })).events.length > 0;
  }
}
