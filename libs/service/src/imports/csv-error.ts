import { PrivityError } from '@privity/kernel';

/** The file as a whole cannot be read on. `line` counts from 1, header included; `field` is the column concerned. */
export class CsvError extends PrivityError {
  constructor(
    code:
      | 'csv-column-missing'
      | 'csv-delimiter'
      | 'csv-wrong-kind'
      | 'csv-broken-quote'
      | 'csv-not-utf8'
      | 'csv-empty'
      | 'csv-record-too-long'
      | 'csv-unreadable',
    message: string,
    place: { readonly field?: string; readonly line?: number; readonly cause?: unknown },
  ) {
    super(code, 422, message, place);
  }
}
