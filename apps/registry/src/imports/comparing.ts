import { Injectable } from '@nestjs/common';
import { EventStore } from '@privity/event-store';
import { parseNumber, uuidv7 } from '@privity/kernel';
import { comparisonStream, currentVersion, ListComparison } from '@privity/registry';
import type { ListCompared, ListDifference } from '@privity/registry';
import { readCsv } from '@privity/service';
import type { ReceivedImport } from '@privity/service';
import { createReadStream } from 'node:fs';
import { OwnView } from '../events/own-view.js';
import { Protecting } from '../protections/protecting.js';
import { checkList } from './check-list.js';

/** A do-not-record list beside all that is protected, before anything is believed of it or taken over (T9). */
@Injectable()
export class Comparing {
  constructor(
    private readonly store: EventStore,
    private readonly view: OwnView,
    private readonly protecting: Protecting,
  ) {}

  /** Changes nothing. That somebody compared is an event before they are told (P4). @throws CsvError */
  async compare(file: ReceivedImport<'do-not-record'>, actor: string): Promise<ListDifference & { digest: string }> {
    try {
      const difference = await this.differenceOf(file);
      const { rows, known, unknown, missing } = difference;
      const type: ListCompared['type'] = 'registry.ListCompared';
      // Keyed: the file may hold one number, and its plain hash could be found by trying all.
      const keyed = this.protecting.keyedHash('comparison', file.digest);
      const data: ListCompared['data'] = { file: keyed, rows, known, unknown, missing };
      await this.store.append(comparisonStream(uuidv7()), 'any', [
        { type, data, actor, version: currentVersion(type) },
      ]);
      return { digest: file.digest, ...difference };
    } finally {
      await file.discard();
    }
  }

  private async differenceOf(file: ReceivedImport<'do-not-record'>): Promise<ListDifference> {
    const encoding = await checkList(file);
    const comparison = new ListComparison(await this.view.current());
    const rows = readCsv(createReadStream(file.path), { columns: ['PHONE'], encoding });
    for await (const { line, values, malformed } of rows) {
      const parsed = parseNumber(values.PHONE);
      if (malformed || !parsed.ok) comparison.reject();
      else comparison.row(line, this.protecting.numbers.candidates(parsed.number));
    }
    return comparison.difference();
  }
}
