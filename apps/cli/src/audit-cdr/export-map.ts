import { readFile } from 'node:fs/promises';
import { DATE_FORMS, type DateForm } from '@privity/cdr';
import { Ajv } from 'ajv';
import { WrongUse } from '../failures.js';
import { DISPENSABLE, type Table, TABLE_NAMES, TABLES } from './tables.js';

/** How an export differs from `samples/README.md`. All of it may be absent: then it does not. */
export interface TableMap {
  /** Name in the folder, with its ending. */
  readonly file?: string;
  readonly delimiter?: string;
  readonly encoding?: (typeof ENCODINGS)[number];
  /** Our column's name there; null: they have none. */
  readonly columns?: Readonly<Record<string, string | null>>;
  readonly dates?: DateForm;
  /** Whose time is written: the facility's own, or that of a time zone for the whole file. */
  readonly clock?: string;
  /** What means yes in flags, in any case. */
  readonly yes?: readonly string[];
  /** What an active bar member's status is, in any case. */
  readonly active?: readonly string[];
}
export type ExportMap = Readonly<Partial<Record<Table, TableMap>>>;

const ENCODINGS = ['utf-8', 'latin-1', 'utf-16'] as const;
/** What `--map init` writes where headers do not tell. */
export const UNDECIDED = '?';

const words = { type: 'array', minItems: 1, items: { type: 'string', minLength: 1 } };
const tableSchema = (table: Table) => ({
  type: 'object',
  additionalProperties: false,
  properties: {
    file: { type: 'string', minLength: 1, pattern: '^[^/\\\\]+$' },
    delimiter: { type: 'string', minLength: 1, maxLength: 1 },
    encoding: { enum: ENCODINGS },
    columns: {
      type: 'object',
      additionalProperties: false,
      properties: Object.fromEntries(
        TABLES[table].map((column) => [
          column,
          { type: DISPENSABLE.has(column) ? ['string', 'null'] : 'string', minLength: 1 },
        ]),
      ),
    },
    dates: { enum: DATE_FORMS },
    clock: { type: 'string', minLength: 1 },
    yes: words,
    active: words,
  },
});
const validate = new Ajv({ strict: true, allowUnionTypes: true, verbose: true }).compile<ExportMap>({
  type: 'object',
  additionalProperties: false,
  minProperties: 1,
  properties: Object.fromEntries(TABLE_NAMES.map((table) => [table, tableSchema(table)])),
});

/** @throws WrongUse naming the file and what is wrong in it */
export async function readMap(path: string): Promise<ExportMap> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new WrongUse(`${path} cannot be read (${error.code ?? error.message}).`);
  });
  const map = parsed(path, text);
  const undecided = TABLE_NAMES.flatMap((table) =>
    Object.entries({ ...map[table], ...map[table]?.columns }).flatMap(([name, value]) =>
      [value].flat().includes(UNDECIDED) ? [`${table}: ${name}`] : [],
    ),
  );
  if (undecided.length > 0)
    throw new WrongUse(`${path} still has "${UNDECIDED}" for ${undecided.join(', ')}: only you can tell.`);
  if (!validate(map)) {
    const [error] = validate.errors ?? [];
    const { additionalProperty, allowedValues } = (error?.params ?? {}) as Record<string, unknown>;
    const where = [...(error?.instancePath.split('/').slice(1) ?? []), ...strings(additionalProperty)].join(': ');
    const said = additionalProperty === undefined ? (error?.message ?? 'is not valid') : 'is not known here';
    throw new WrongUse(`${path}, ${where || 'the whole'}: ${said}${listOf(allowedValues)}.`);
  }
  for (const table of TABLE_NAMES) {
    const clock = map[table]?.clock;
    if (clock !== undefined && clock !== 'site' && !isZone(clock))
      throw new WrongUse(`${path}, ${table}: clock: "${clock}" is neither "site" nor a time zone like "UTC".`);
  }
  return map;
}

function parsed(path: string, text: string): ExportMap {
  try {
    return JSON.parse(text) as ExportMap;
  } catch (error) {
    throw new WrongUse(`${path} is no JSON: ${(error as Error).message}.`);
  }
}

export function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

const strings = (value: unknown) => (typeof value === 'string' ? [value] : []);
const listOf = (values: unknown) => (Array.isArray(values) ? `: ${values.join(', ')}` : '');
