import { Injectable } from '@nestjs/common';
import { instant, parseNumber } from '@privity/kernel';
import type { E164 } from '@privity/kernel';
import { barStatus, numberStream, protectsNumbers } from '@privity/registry';
import type { RejectedLine } from '@privity/registry';
import type { CsvRow } from '@privity/service';
import { Protecting } from '../protections/protecting.js';
import { refused } from './row-reader.js';
import type { ReadRow, RowReader, Statement } from './row-reader.js';

const COLUMNS = ['BAR_STATE', 'BAR_NO', 'LAST', 'FIRST', 'STATUS', 'FIRM', 'PHONE1', 'PHONE2', 'PHONE3'] as const;
const PHONES = ['PHONE1', 'PHONE2', 'PHONE3'] as const;

type Row = CsvRow<(typeof COLUMNS)[number]>;

interface Line {
  readonly row: Row;
  readonly attorney: string;
  readonly barState: string;
  readonly barNumber: string;
  readonly numbers: readonly E164[];
  readonly rejected: readonly RejectedLine[];
}

/**
 * A bar roll: every member is listed, and an active one's numbers are protected (any case of STATUS). A cell that
 * cannot be read is reported and the rest of its row counts: one bad number must not leave the good ones recordable.
 */
@Injectable()
export class BarRollReader implements RowReader<(typeof COLUMNS)[number]> {
  readonly columns = COLUMNS;

  constructor(private readonly protecting: Protecting) {}

  async read(rows: readonly Row[], actor: string): Promise<readonly ReadRow[]> {
    const read = rows.map((row) => this.makeOut(row));
    const lines = read.filter((line) => 'attorney' in line);
    const numbers = lines.flatMap((line) => line.numbers.map((number) => this.subjectOf(number)));
    await this.protecting.prepareKeys([...lines.map((line) => line.attorney), ...numbers]);
    return read.map((line) => ('attorney' in line ? this.statementsOf(line, actor) : line));
  }

  private makeOut(row: Row): Line | ReadRow {
    const { line, values } = row;
    if (row.malformed) return refused(line, '(line)', row.malformed);
    const [barState, barNumber] = [values.BAR_STATE.trim().toUpperCase(), values.BAR_NO.trim()];
    if (barState === '') return refused(line, 'BAR_STATE', 'empty');
    if (barNumber === '') return refused(line, 'BAR_NO', 'empty');
    const rejected: RejectedLine[] = [];
    if (barStatus(values.STATUS) === 'unknown') rejected.push({ line, field: 'STATUS', reason: 'unknown-status' });
    const numbers: E164[] = [];
    for (const field of PHONES) {
      const parsed = parseNumber(values[field]);
      if (parsed.ok) numbers.push(parsed.number);
      else if (parsed.reason !== 'empty') rejected.push({ line, field, reason: parsed.reason });
    }
    const attorney = this.protecting.attorneyStream(barState, barNumber);
    return { row, attorney, barState, barNumber, numbers: [...new Set(numbers)], rejected };
  }

  private statementsOf({ row, attorney, barState, barNumber, numbers, rejected }: Line, actor: string): ReadRow {
    const { LAST: last, FIRST: first, FIRM: firm, STATUS } = row.values;
    const status = barStatus(STATUS);
    const person = { barNumber, last, first, firm };
    const listing: Statement = async () => {
      const handled = await this.protecting.listAttorney(attorney, { barState, status, person, numbers }, { actor });
      return handled.events.length > 0;
    };
    const source = { kind: 'bar-roll', ref: attorney } as const;
    const basis = `active member of the ${barState} bar`;
    const protections = numbers.map((number): Statement => {
      const said = { source, category: 'attorney', basis, since: instant() } as const;
      return async () => (await this.protecting.protect(number, said, { actor })).events.length > 0;
    });
    // The numbers first: a stop in between leaves a lawyer protected and not yet listed, not the other way round.
    const statements = protectsNumbers(status) ? [...protections, listing] : [listing];
    return { key: attorney, statements, rejected };
  }

  private subjectOf(number: E164): string {
    return numberStream(this.protecting.numbers.index(number));
  }
}
