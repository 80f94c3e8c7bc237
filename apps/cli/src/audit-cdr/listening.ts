import type { Listening } from '@privity/cdr';
import type { Engine } from './engine.js';
import type { ExportFile } from './export-folder.js';

/** Who took out breached calls, by name: for those who may know. */
export interface Listener extends Listening {
  readonly user: string;
}

export interface Accesses {
  /** Lines of the log, of whatever calls. */
  readonly lines: number;
  /** How often each breached call was taken out, by its id. */
  readonly perCall: ReadonlyMap<string, number>;
  readonly listened: readonly Listening[];
  readonly listeners: readonly Listener[];
}

/** What the access log says of these calls; of one without an id it says nothing. @throws WrongUse */
export async function accessesTo(engine: Engine, log: ExportFile, callIds: Iterable<string>): Promise<Accesses> {
  await engine.enter('breached', callIds);
  const [counted] = await engine.ask(log, 'select count(*) as lines from access_log');
  // Names of its own: a column of the log goes before an alias that is spelled like it.
  const text = (column: string) => `coalesce(trim("${column}"), '')`;
  await engine.ask(
    log,
    `create temp table taken as select trim("CALL_ID") as call, ${text('AGENCY')} as organisation, ${text('ACTION')} as deed,
        ${text('USER')} as person
      from access_log where trim("CALL_ID") in (select value from breached where value <> '')`,
  );
  const perCall = await engine.ask(log, 'select call, count(*) as times from taken group by all');
  const rows = await engine.ask(
    log,
    `select organisation, deed, person, grouping(person) = 1 as everybody, count(*) as times, count(distinct call) as calls
      from taken group by grouping sets ((organisation, deed), (organisation, deed, person))
      order by everybody, times desc, organisation, deed, person`,
  );
  const listening = (row: Record<string, string | null>): Listening => ({
    agency: row['organisation'] ?? '',
    action: row['deed'] ?? '',
    times: Number(row['times']),
    calls: Number(row['calls']),
  });
  const isEverybody = (row: Record<string, unknown>) => row['everybody'] === true;
  return {
    lines: Number(counted?.['lines'] ?? 0),
    perCall: new Map(perCall.map(({ call, times }) => [call ?? '', Number(times)])),
    listened: rows.filter(isEverybody).map(listening),
    listeners: rows.filter((row) => !isEverybody(row)).map((row) => ({ user: row['person'] ?? '', ...listening(row) })),
  };
}
