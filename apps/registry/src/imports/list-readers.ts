import { Injectable } from '@nestjs/common';
import type { ImportKind } from '../read-models/import-report.entity.js';
import { BarRollReader } from './bar-roll.reader.js';
import { DoNotRecordReader } from './do-not-record.reader.js';
import type { RowReader } from './row-reader.js';

/** How each kind of list is read. */
@Injectable()
export class ListReaders {
  readonly of: Readonly<Record<ImportKind, RowReader>>;

  constructor(barRoll: BarRollReader, doNotRecord: DoNotRecordReader) {
    this.of = { 'bar-roll': barRoll, 'do-not-record': doNotRecord };
  }
}
