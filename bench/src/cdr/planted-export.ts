import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';

export type Form = 'csv' | 'parquet';

/** What a right audit of the export finds. */
export interface Planted {
  readonly calls: number;
  readonly recorded: number;
  readonly unparseable_dialed: number;
  readonly breach_calls: number;
  readonly breaches: Readonly<Record<string, number>>;
  readonly accessed_breach_calls: number;
  readonly breach_accesses: number;
}

const LAWYERS = 20_000;
const SITES = 60;
/** Of a thousand calls, how many go to a lawyer; half of them are recorded as the flaw of that number's listing has it. */
const TO_LAWYERS = 10;
const ZONES = ['America/New_York', 'America/Chicago', 'America/Phoenix', 'America/Los_Angeles'];

const DRAWN = ['lawyer?', 'k', 'site', 'time', 'other', 'style', 'recorded', 'bad'] as const;

/** A number in [0, of) that follows from the seed, what it is for and the row: no two of them from the same hash. */
const draw = (seed: number, what: (typeof DRAWN)[number], of: number) =>
  `(hash(${seed} * 100000000000 + n * ${DRAWN.length} + ${DRAWN.indexOf(what)}) % ${of})::bigint`;

/** Lawyer k's number: no other begins with a 2. */
const lawyer = (k: string) => `(2120000000 + ${k} * 37)`;

/**
 * Flaw of a lawyer's listing, by turns: never-listed, late-listed (from 2025-07-01), dropped (on 2025-07-01 by a migration),
 * site-scoped (to the first facility), flag-lost, and none: listed as it should be.
 */
const FLAWS = ['never-listed', 'late-listed', 'dropped', 'site-scoped', 'flag-lost', 'none'];
const FLAW = `(['${FLAWS.join("', '")}'])[1 + k % ${FLAWS.length}]`;
const TURN = "date '2025-07-01'";

const digits = (number: string) => {
  const part = (from: number, length: number) => `substr(${number}::varchar, ${from}, ${length})`;
  return [part(1, 3), part(4, 3), part(7, 4)] as const;
};

/** As people and systems write it, the dirt of the sample included; one in two thousand in a form that only the kernel reads. */
function written(number: string, style: string): string {
  const [area, exchange, line] = digits(number);
  return `case ${style} when 0 then concat('(', ${area}, ') ', ${exchange}, '-', ${line}) when 1 then ${number}::varchar
    when 2 then concat('1-', ${area}, '-', ${exchange}, '-', ${line}) when 3 then concat('+1', ${number})
    when 4 then concat(' ', ${area}, ' ', ${exchange}, ' ', ${line}, ' ') when 5 then concat('(', ${area}, ')', ${exchange}, '-', ${line}, ' x12')
    when 6 then concat(${area}, '.', ${exchange}, '.', ${line}) when 7 then concat(${area}, '-', ${exchange}, '-', ${line}, ' ext. 5')
    else concat(${area}, '-', ${exchange}, '-', ${line}) end`;
}

/** Of two thousand calls one is in the rarest form, the others in turn. */
const STYLE = 'if(style = 0, 7, if(style % 8 = 7, 8, style % 8))';

function callsOf(seed: number, count: number): string {
  const rand = (what: (typeof DRAWN)[number], of: number) => draw(seed, what, of);
  return `with drawn as (
    select n, ${rand('lawyer?', 1_000)} < ${TO_LAWYERS} as legal, ${rand('k', LAWYERS)} as k, ${rand('site', SITES)} as site,
      timestamp '2024-01-01' + to_seconds(${rand('time', 78_000_000)}) as start, ${rand('other', 5_000_000)} as other,
      ${rand('style', 2_000)} as style, ${rand('recorded', 100)} as chance, ${rand('bad', 250)} = 0 as bad
    from range(${count}) numbered(n)),
  placed as (
    select *, case when not legal or bad or chance < 50 then null
      else case ${FLAW} when 'never-listed' then 'never-listed' when 'flag-lost' then 'flag-lost'
        when 'late-listed' then if(start < ${TURN}, 'late-listed', null) when 'dropped' then if(start >= ${TURN}, 'dropped', null)
        when 'site-scoped' then if(site > 0, 'site-scoped', null) else null end end as cause
    from drawn)
  select 'C' || lpad(n::varchar, 9, '0') as "CALL_ID", strftime(start, '%m/%d/%Y %H:%M:%S') as "START_LOCAL",
    'S' || lpad(site::varchar, 2, '0') as "SITE", 'ST' || (n % 40) as "STATION", (1000000000 + n % 900000)::varchar as "DOC_NUM",
    case when bad then ['UNKNOWN', '5550101', '', '011 44 20 7946'][1 + n % 4]
      else ${written(`if(legal, ${lawyer('k')}, 3000000000 + other * 1000)`, STYLE)} end as "DIALED",
    (n % 900)::varchar as "DURATION_S", 'COMPLETE' as "COMPLETION",
    if(legal and not bad, if(cause is null, 'N', 'Y'), if(chance < 75, 'Y', 'N')) as "RECORDED", '' as "REC_FILE", cause, bad, n
  from placed`;
}

const TABLES: Readonly<Record<string, string>> = {
  bar_roll: `select 'NY' as "BAR_STATE", k::varchar as "BAR_NO", 'Counsel' || k as "LAST", 'A' as "FIRST", 'Active' as "STATUS",
    '' as "FIRM", ${written(lawyer('k'), 'k % 4')} as "PHONE1", '' as "PHONE2", '' as "PHONE3", '01/01/2001' as "ADMITTED"
    from range(${LAWYERS}) numbered(k)`,
  do_not_record: `select ${written(lawyer('k'), 'k % 4')} as "PHONE", 'Y' as "DNR", if(${FLAW} = 'flag-lost', 'N', 'Y') as "PRIV",
    if(${FLAW} = 'site-scoped', 'S00', '*') as "SITE", if(${FLAW} = 'late-listed', '07/01/2025', '01/01/2020') as "ADDED_DT",
    if(${FLAW} = 'dropped', '07/01/2025', '') as "ENDED_DT", if(${FLAW} = 'dropped', 'system migration', '') as "NOTE"
    from range(${LAWYERS}) numbered(k) where ${FLAW} <> 'never-listed'`,
  facilities: `select 'S' || lpad(n::varchar, 2, '0') as "SITE", 'Jail ' || n as "NAME", 'NY' as "STATE", 'jail' as "TYPE", '100' as "ADP",
    (['${ZONES.join("', '")}'])[1 + n % ${ZONES.length}] as "TIMEZONE" from range(${SITES}) numbered(n)`,
};

/** Writes the export and says what was planted in it. The same seed and count make the same calls. */
export async function plantExport(
  connection: DuckDBConnection,
  folder: string,
  form: Form,
  { seed, count }: { readonly seed: number; readonly count: number },
): Promise<Planted> {
  const ending = form === 'csv' ? "(format csv, header, delimiter ',')" : '(format parquet, compression zstd)';
  const write = (table: string, sql: string) =>
    connection.run(`copy (${sql}) to '${join(folder, `${table}.${form}`)}' ${ending}`);
  for (const [table, sql] of Object.entries(TABLES)) await write(table, sql);
  await write('call_records', `select * exclude (cause, bad, n) from (${callsOf(seed, count)})`);
  // Each seventh breach was taken out once or twice, and some other calls.
  await connection.run(`create or replace temp table told as
    select "CALL_ID", cause, bad, if(cause is not null and n % 7 = 0, 1 + n % 2, 0) as times from (${callsOf(seed, count)})
    where cause is not null or bad`);
  await write(
    'access_log',
    `select '03/03/2026 10:00:00' as "TS_LOCAL", 'user' || (hash("CALL_ID") % 30) as "USER", 'DA' as "AGENCY", "CALL_ID", 'PLAY' as "ACTION"
      from told, range(2) again(r) where r < times
    union all select '03/03/2026 10:00:00', 'user1', 'SHERIFF', 'D' || lpad(n::varchar, 9, '0'), 'PLAY' from range(1000) numbered(n)`,
  );
  const one = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson();
  const [sums] = await one(`select count(*) filter (bad) as bad, count(cause) as breached, sum(times) as accesses,
    count(*) filter (times > 0) as accessed from told`);
  const causes = await one('select cause, count(*) as calls from told where cause is not null group by cause');
  const [all] = await one(`select count(*) filter ("RECORDED" = 'Y') as recorded from (${callsOf(seed, count)})`);
  return {
    calls: count,
    recorded: Number(all?.['recorded']),
    unparseable_dialed: Number(sums?.['bad']),
    breach_calls: Number(sums?.['breached']),
    breaches: Object.fromEntries(causes.map(({ cause, calls }) => [String(cause), Number(calls)])),
    accessed_breach_calls: Number(sums?.['accessed']),
    breach_accesses: Number(sums?.['accesses']),
  };
}
