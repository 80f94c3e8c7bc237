import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DATE_FORMS, type Moment, momentReader } from '@privity/cdr';
import { WrongUse } from '../failures.js';
import type { Engine } from './engine.js';
import { exportFile, namesIn } from './export-folder.js';
import { type ExportMap, type TableMap, UNDECIDED } from './export-map.js';
import { headerFor, saysUtc } from './header-names.js';
import { type Column, DISPENSABLE, type Table, TABLE_NAMES, TABLES } from './tables.js';
import { encodingOf } from './text-encoding.js';

const DELIMITERS = [',', ';', '|', '\t'] as const;
const READ = /\.(csv|tsv|txt)(\.gz)?$|\.parquet$/i;
/** Values that are looked at, of one column. */
const SAMPLE = 1_000;
const FLAGS: readonly Column[] = ['RECORDED', 'DNR', 'PRIV'];
const DATES: readonly Column[] = ['START_LOCAL', 'ADDED_DT', 'ENDED_DT'];

interface Recognised {
  readonly table: Table;
  readonly map: TableMap;
}

/** A map of an export, from its headers and the form of its days. What they do not tell is `?`: nothing is guessed. */
export async function mapOf(engine: Engine, folder: string): Promise<ExportMap> {
  const map: Partial<Record<Table, TableMap>> = {};
  for (const name of (await namesIn(folder)).filter((one) => READ.test(one)).toSorted()) {
    const found = await recognise(engine, folder, name);
    if (found === undefined) continue;
    const other = map[found.table]?.file;
    if (other !== undefined)
      throw new WrongUse(`${other} and ${name} in ${folder} both look like ${found.table}: move one away.`);
    map[found.table] = found.map;
  }
  if (Object.keys(map).length === 0) throw new WrongUse(`No file in ${folder} looks like a table of an export.`);
  return Object.fromEntries(TABLE_NAMES.flatMap((table) => (map[table] === undefined ? [] : [[table, map[table]]])));
}

/** @throws WrongUse where the file is there already */
export async function writeMap(file: string, map: ExportMap): Promise<void> {
  await writeFile(file, `${JSON.stringify(map, null, 2)}\n`, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    throw new WrongUse(`${file} cannot be written (${error.code === 'EEXIST' ? 'it is there already' : error.code}).`);
  });
}

async function recognise(engine: Engine, folder: string, name: string): Promise<Recognised | undefined> {
  const path = join(folder, name);
  const isParquet = /\.parquet$/i.test(name);
  const encoding = isParquet ? 'utf-8' : await encodingOf(path);
  const delimiter = isParquet ? ',' : delimiterOf(await engine.firstLine({ path, encoding }));
  const header = await engine.header({ path, isParquet, delimiter, encoding });
  const table = tableOf(name, header);
  if (table === undefined) return undefined;
  const columns = Object.fromEntries(
    TABLES[table].map((column): [string, string | null] => {
      const theirs = headerFor(table, column, header);
      return [column, theirs ?? (DISPENSABLE.has(column) ? null : UNDECIDED)];
    }),
  );
  const form = {
    ...{ file: name, ...(delimiter === ',' ? {} : { delimiter }), ...(encoding === 'utf-8' ? {} : { encoding }) },
    columns,
  };
  return { table, map: { ...form, ...(await valuesOf(engine, table, path, form)) } };
}

function delimiterOf(header: string): string {
  const count = (sign: string) => header.split(sign).length;
  return DELIMITERS.toSorted((a, b) => count(b) - count(a))[0] ?? ',';
}

/** By its name, else the one table of whose columns more than half are there. */
function tableOf(name: string, header: readonly string[]): Table | undefined {
  const [stem = ''] = name.toLowerCase().split('.');
  const named = TABLE_NAMES.find((table) => table === stem);
  if (named !== undefined) return named;
  const share = (table: Table) =>
    TABLES[table].filter((column) => headerFor(table, column, header) !== undefined).length / TABLES[table].length;
  const [best, second] = TABLE_NAMES.map((table) => ({ table, share: share(table) })).toSorted(
    (a, b) => b.share - a.share,
  );
  return best !== undefined && best.share > 0.5 && best.share > (second?.share ?? 0) ? best.table : undefined;
}

/** How days are written and by whose clock, what yes is and what an active member: from the first values, where they leave no doubt. */
async function valuesOf(engine: Engine, table: Table, path: string, form: TableMap): Promise<TableMap> {
  const known = Object.fromEntries(Object.entries(form.columns ?? {}).filter(([, theirs]) => theirs !== UNDECIDED));
  const there = TABLES[table].filter((column) => typeof known[column] === 'string');
  // Only what is known by now can be read.
  const columns = Object.fromEntries(TABLES[table].map((column) => [column, known[column] ?? null]));
  const file = exportFile(table, path, { ...form, columns });
  await engine.attach(file);
  const values = async (asked: readonly Column[]): Promise<string[]> => {
    const found: string[] = [];
    for (const column of asked.filter((one) => there.includes(one))) {
      const rows = await engine.ask(
        file,
        `select distinct trim("${column}") as value from
        (select "${column}" from ${table} where trim(coalesce("${column}", '')) <> '' limit ${SAMPLE})`,
      );
      found.push(...rows.map(({ value }) => value ?? ''));
    }
    return found;
  };
  const days = await values(DATES);
  const forms = DATE_FORMS.filter((one) => days.every((day) => momentReader(one)(day) !== undefined));
  const flags = new Set((await values(FLAGS)).map((flag) => flag.toUpperCase()));
  const states = (await values(['STATUS'])).map((state) => state.toUpperCase());
  const [dates] = forms;
  // What follows the day is the same in all the forms that fit.
  const starts =
    dates === undefined ? [] : (await values(['START_LOCAL'])).flatMap((start) => momentReader(dates)(start) ?? []);
  const clock = clockOf(known['START_LOCAL'] ?? '', starts);
  return {
    ...(days.length === 0 || (dates === 'MM/DD/YYYY' && forms.length === 1)
      ? {}
      : { dates: forms.length === 1 && dates ? dates : (UNDECIDED as never) }),
    ...(clock === undefined ? {} : { clock }),
    ...([...flags].every((flag) => ['Y', 'N'].includes(flag)) ? {} : { yes: [UNDECIDED] }),
    ...(table !== 'bar_roll' || states.includes('ACTIVE') ? {} : { active: [UNDECIDED] }),
  };
}

/** Undefined: nothing says that it is not the facility's own, and what else a value says is held against that when it is read. */
function clockOf(column: string, starts: readonly Moment[]): string | undefined {
  const said = new Set(starts.map(({ offset }) => (offset === undefined ? 'nothing' : offset === 0 ? 'UTC' : 'other')));
  if (saysUtc(column)) return said.has('other') ? UNDECIDED : 'UTC';
  if (!said.has('UTC')) return undefined;
  return said.size === 1 ? 'UTC' : UNDECIDED;
}
