/** Tables of an incumbent's export, with the columns that are read of each. Names as in `samples/README.md`. */
export const TABLES = {
  call_records: ['CALL_ID', 'START_LOCAL', 'SITE', 'DIALED', 'RECORDED'],
  bar_roll: ['BAR_STATE', 'BAR_NO', 'LAST', 'FIRST', 'STATUS', 'FIRM', 'PHONE1', 'PHONE2', 'PHONE3'],
  do_not_record: ['PHONE', 'DNR', 'PRIV', 'SITE', 'ADDED_DT', 'ENDED_DT', 'NOTE'],
  allowed_numbers: ['PHONE', 'RELATION'],
  facilities: ['SITE', 'NAME', 'TIMEZONE'],
  access_log: ['USER', 'AGENCY', 'CALL_ID', 'ACTION'],
} as const;
export type Table = keyof typeof TABLES;
export type Column<T extends Table = Table> = (typeof TABLES)[T][number];
export const TABLE_NAMES = Object.keys(TABLES) as readonly Table[];

/** What an export may do without, when its map says so: each is left out of the report, which names it. */
export const DISPENSABLE: ReadonlySet<Column> = new Set<Column>([
  'LAST',
  'FIRST',
  'FIRM',
  'PHONE2',
  'PHONE3',
  'PRIV',
  'ADDED_DT',
  'ENDED_DT',
  'NOTE',
  'NAME',
  'TIMEZONE',
  'USER',
  'AGENCY',
  'ACTION',
]);
