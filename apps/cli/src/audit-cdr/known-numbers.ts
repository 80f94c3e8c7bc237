import { type Known, type Listing, momentReader } from '@privity/cdr';
import type { Engine, Row } from './engine.js';
import type { ExportFile, ExportFiles } from './export-folder.js';
import { quoted } from './file-sql.js';
import { tenDigits } from './number-sql.js';
import type { Table } from './tables.js';
import { rowInFile, type UnreadValues } from './unread-values.js';

/** A bar member as the roll names them. */
export interface Member {
  readonly name: string;
  readonly firm: string;
}

export interface KnownNumbers {
  /** By their ten digits. */
  readonly numbers: ReadonlyMap<string, Known>;
  /** Numbers that somebody in custody has on a list as a lawyer's. */
  readonly claimed: ReadonlySet<string>;
  /** Bar members of any status, by state and number. */
  readonly members: ReadonlyMap<string, Member>;
}

const PHONES = ['PHONE1', 'PHONE2', 'PHONE3'] as const;

/** Every number that a list of the export names as one not to record. @throws WrongUse */
export async function knownNumbers(engine: Engine, files: ExportFiles, unread: UnreadValues): Promise<KnownNumbers> {
  const numbers = new Map<string, { members: string[]; listings: Listing[] }>();
  const known = (digits: string) => {
    const entry = numbers.get(digits) ?? { members: [], listings: [] };
    numbers.set(digits, entry);
    return entry;
  };
  const members = new Map<string, Member>();
  for await (const { file, row, at } of all(engine, files, 'bar_roll')) {
    const name = [trimmed(row.LAST), trimmed(row.FIRST)].filter((part) => part !== '').join(', ');
    const said = [row.BAR_NO, name, ...PHONES.map((phone) => row[phone])].some((part) => trimmed(part) !== '');
    // Spreadsheets leave empty rows at their end.
    if (!said) continue;
    // Nobody can tell whether two without a number are one: each is one, by its row.
    const number = trimmed(row.BAR_NO) || `(row ${rowInFile(file, at)})`;
    if (trimmed(row.BAR_NO) === '') unread.note(file, 'BAR_NO', at);
    const member = `${trimmed(row.BAR_STATE)} ${number}`;
    if (!members.has(member)) members.set(member, { name, firm: trimmed(row.FIRM) });
    if (!oneOf(file.active, row.STATUS)) continue;
    for (const phone of PHONES) {
      const digits = tenDigits(row[phone] ?? '');
      if (digits === undefined && trimmed(row[phone]) !== '') unread.note(file, phone, at);
      const entry = digits === undefined ? undefined : known(digits);
      if (entry !== undefined && !entry.members.includes(member)) entry.members.push(member);
    }
  }
  for await (const { file, row, at } of all(engine, files, 'do_not_record')) {
    const digits = tenDigits(row.PHONE ?? '');
    if (digits === undefined) unread.note(file, 'PHONE', at);
    const listing = listingOf(file, row, (column) => unread.note(file, column, at));
    if (digits !== undefined && listing !== undefined) known(digits).listings.push(listing);
  }
  return { numbers, claimed: await claimedNumbers(engine, files.get('allowed_numbers')), members };
}

async function claimedNumbers(engine: Engine, file: ExportFile | undefined): Promise<Set<string>> {
  if (file === undefined) return new Set();
  const legal = ['ATTORNEY', 'LEGAL'].map(quoted).join(', ');
  const numbers = new Set<string>();
  const listed = `select distinct "PHONE" as phone from allowed_numbers where upper(trim("RELATION")) in (${legal})`;
  for await (const chunk of engine.rows(file, listed)) {
    for (const { phone } of chunk) {
      const digits = tenDigits(phone ?? '');
      if (digits !== undefined) numbers.add(digits);
    }
  }
  return numbers;
}

/** Undefined: neither flag is set. */
function listingOf(
  file: ExportFile,
  row: Row<'do_not_record'>,
  unread: (column: 'ADDED_DT' | 'ENDED_DT') => void,
): Listing | undefined {
  const record = oneOf(file.yes, row.DNR);
  // Where there is one flag only, it cannot disagree.
  const privileged = file.columns.get('PRIV') === undefined ? record : oneOf(file.yes, row.PRIV);
  if (!record && !privileged) return undefined;
  const site = trimmed(row.SITE);
  const read = momentReader(file.dates);
  // The day as it is written, in whatever zone: half a day is no matter here, and a later end protects longer.
  const day = (column: 'ADDED_DT' | 'ENDED_DT') => {
    const moment = read(row[column]);
    if (moment?.unread === true || (moment === undefined && trimmed(row[column]) !== '')) unread(column);
    return moment?.date;
  };
  const [added, ended] = [day('ADDED_DT'), day('ENDED_DT')];
  return {
    flagsDisagree: record !== privileged,
    ...(site === '' || site === '*' ? {} : { site }),
    ...(added === undefined ? {} : { added }),
    ...(ended === undefined ? {} : { ended: { on: ended, byMigration: /migrat/i.test(row.NOTE ?? '') } }),
  };
}

async function* all<T extends Table>(engine: Engine, files: ExportFiles, table: T) {
  const file = files.get(table);
  if (file === undefined) return;
  let at = 0;
  for await (const chunk of engine.rows(file, `from ${table}`))
    for (const row of chunk as unknown as readonly Row<T>[]) yield { file, row, at: (at += 1) };
}

function oneOf(words: readonly string[], value: string | null): boolean {
  return words.includes(trimmed(value).toUpperCase());
}

function trimmed(value: string | null): string {
  return value?.trim() ?? '';
}
