import type { Engine } from './engine.js';
import type { ExportFile } from './export-folder.js';
import { quoted } from './file-sql.js';
import type { KnownNumbers } from './known-numbers.js';
import { commonNumber, digitsOf, isCommon, numberInSql, tenDigits } from './number-sql.js';
import { TOLD } from './unread-values.js';

/** A recorded call to a number that some list names. Lines that are equal in all of it are one, counted. */
export interface RecordedCall {
  readonly callId: string;
  readonly site: string;
  readonly start: string | null;
  /** Ten digits. */
  readonly number: string;
  readonly lines: number;
}

export interface Calls {
  readonly calls: number;
  readonly recorded: number;
  /** Whose number cannot be read, and the rows, from 1, of the first of them. */
  readonly unreadable: { readonly calls: number; readonly rows: readonly number[] };
  /** In any order. */
  readonly toKnown: readonly RecordedCall[];
}

/**
 * One pass over the calls. Kept of them are, whole, the recorded ones to a known number, and those whose number is in no
 * common form, for the kernel to read; of all others only how many there are.
 */
export async function readCalls(engine: Engine, file: ExportFile, known: KnownNumbers): Promise<Calls> {
  await engine.enter('known', [...known.numbers.keys(), ...known.claimed].map(numberInSql));
  const number = commonNumber('"DIALED"');
  const yes = file.yes.map(quoted).join(', ');
  await engine.ask(
    file,
    `create temp table scanned as
      select was_recorded, common, dialed, count(*) as lines, site, call_id, start_local
      from (
        select was_recorded, common, if(kept, "SITE", null) as site, if(kept, trim("CALL_ID"), null) as call_id,
          if(kept, "START_LOCAL", null) as start_local, if(kept or not common, number, null) as dialed
        from (select *, was_recorded and (not common or number in (select value from known)) as kept
          from (select *, coalesce(${isCommon('number', '"DIALED"')}, false) as common
            from (select *, upper(trim(coalesce("RECORDED", ''))) in (${yes}) as was_recorded,
              coalesce(${number}, '') as number from call_records))))
      group by all`,
  );
  return count(engine, file, known);
}

async function count(engine: Engine, file: ExportFile, { numbers, claimed }: KnownNumbers): Promise<Calls> {
  const toKnown: RecordedCall[] = [];
  const counts = { calls: 0, recorded: 0, unreadable: 0 };
  for await (const chunk of engine.rows(file, 'from scanned')) {
    for (const {
      was_recorded: recorded,
      common,
      dialed = null,
      lines: of,
      site,
      call_id: callId,
      start_local: start,
    } of chunk) {
      const lines = Number(of);
      counts.calls += lines;
      if (isTrue(recorded)) counts.recorded += lines;
      if (dialed === null) continue;
      const number = isTrue(common) ? digitsOf(dialed) : tenDigits(dialed);
      if (number === undefined) counts.unreadable += lines;
      else if (isTrue(recorded) && (numbers.has(number) || claimed.has(number)))
        toKnown.push({ callId: callId ?? '', site: (site ?? '').trim(), start: start ?? null, number, lines });
    }
  }
  const rows = await unreadableRows(engine, file, counts.unreadable);
  return { calls: counts.calls, recorded: counts.recorded, unreadable: { calls: counts.unreadable, rows }, toKnown };
}

const isTrue = (value: unknown) => value === true;

/** The first of so many: a second look, at the beginning, and at all of it only where that has too few. */
async function unreadableRows(engine: Engine, file: ExportFile, all: number): Promise<number[]> {
  const wanted = Math.min(all, TOLD);
  let rows: number[] = [];
  for (const part of [`from call_records limit ${BEGINNING}`, 'from call_records']) {
    if (rows.length >= wanted) break;
    rows = [];
    const common = isCommon(commonNumber('"DIALED"'), '"DIALED"');
    const uncommon = `select nth, "DIALED" as dialed from (${numbered(part)}) where not coalesce(${common}, false) order by nth`;
    for await (const chunk of engine.rows(file, uncommon))
      for (const { nth, dialed } of chunk) if (tenDigits(dialed ?? '') === undefined) rows.push(Number(nth));
  }
  return rows.slice(0, wanted);
}

/** Rows, from 1, of the first of these calls: the first in the file, in whatever order the calls are told. */
export async function rowsOf(
  engine: Engine,
  file: ExportFile,
  calls: readonly Pick<RecordedCall, 'callId' | 'start'>[],
): Promise<number[]> {
  // Other lines of the same call may have a start that can be read.
  const lines = calls.map(({ callId, start }) => callId + BETWEEN + (start ?? ''));
  await engine.enter('unread_starts', lines);
  const line = `coalesce(trim("CALL_ID"), '') || '${BETWEEN}' || coalesce("START_LOCAL", '')`;
  const rows = await engine.ask(
    file,
    `select nth from (${numbered('from call_records')}) where ${line} in (select value from unread_starts)
      order by nth limit ${TOLD}`,
  );
  return rows.map(({ nth }) => Number(nth));
}

const BETWEEN = '\n';
const BEGINNING = 100_000;
const numbered = (rows: string) => `select row_number() over () as nth, * from (${rows})`;
