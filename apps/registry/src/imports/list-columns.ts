import type { ImportKind } from '../read-models/import-report.entity.js';

export const BAR_ROLL_COLUMNS = [
  'BAR_STATE',
  'BAR_NO',
  'LAST',
  'FIRST',
  'STATUS',
  'FIRM',
  'PHONE1',
  'PHONE2',
  'PHONE3',
] as const;
export const DO_NOT_RECORD_COLUMNS = ['PHONE', 'DNR', 'PRIV', 'SITE', 'ADDED_DT', 'ENDED_DT', 'NOTE'] as const;

/** What each kind of list must have, in any order. */
export const LIST_COLUMNS: Readonly<Record<ImportKind, readonly string[]>> = {
  'bar-roll': BAR_ROLL_COLUMNS,
  'do-not-record': DO_NOT_RECORD_COLUMNS,
};
