import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

/** Positions of one shard read at once; the rest comes at the next turn. */
const READ_AT_ONCE = 5_000;
const DUE_AT_ONCE = 100;
/** When a call is looked at again whose end was asked for and may have failed, milliseconds. */
const AGAIN_MS = 10_000;

/**
 * Takes in what one shard got since. All in the database: an event comes here for every step of every call, and most
 * calls have ended before they are looked at, so that they never get a row. The order of an envelope's attributes is
 * fixed, so that the type stands in its first 200 signs (architecture, section 4).
 */
const READ = `
with page as materialized (
  select position, case when stream like 'call-%' then stream end as stream,
         case when stream like 'call-%' then event end as event
  from event_store.event where shard = $1 and position > $2 order by position limit $3),
call as materialized (
  select stream,
         bool_or(case when left(event, 200) like '%"type":"routing.CallDecided"%'
                      then event::json #>> '{data,outcome}' <> 'deny' else false end) as decided,
         bool_or(left(event, 200) like '%"type":"routing.CallConnected"%') as connected,
         bool_or(left(event, 200) like '%"type":"routing.CallEnded"%') as ended
  from page where stream is not null group by stream),
closed as (
  delete from open_call using call where call.ended and not call.decided and open_call.stream = call.stream),
answered as (
  update open_call set connected_at = $4 from call
  where call.connected and not call.decided and not call.ended and open_call.stream = call.stream),
opened as (
  insert into open_call (stream, connected_at, due_at)
    select stream, case when connected then $4::bigint end, $4::bigint + $5 from call where decided and not ended)
update open_call_reading set position = (select max(position) from page)
where shard = $1 and exists (select from page)
returning (select count(*) from page)::int as read`;

/** A call that may be over. Times are of the table's own clock, milliseconds. */
export interface DueCall {
  readonly stream: string;
  /** Null: not connected, as far as the table knows. */
  readonly connectedAt: number | null;
}

/** Table `open_call`, and the clock that it goes by. */
@Injectable()
export class OpenCalls {
  /** What the clock said last, and this process's own at that moment. */
  private last: { readonly lived: number; readonly at: number } | undefined;

  constructor(private readonly database: DataSource) {}

  /**
   * Reads on from where any replica stopped. One replica at a time does; for the others there is nothing to do.
   * @param limitMs after which an unconnected call is due
   * @returns the time now, and whether there is more to read; undefined: another replica is at it
   */
  read(limitMs: number): Promise<{ readonly now: number; readonly more: boolean } | undefined> {
    return this.database.transaction(async (manager) => {
      const now = await this.advance(manager);
      return now === undefined ? undefined : { now, more: await readShards(manager, now, limitMs) };
    });
  }

  /** Takes the calls that are due by now, the longest due first; whoever takes them ends or postpones them. */
  async takeDue(now: number): Promise<readonly DueCall[]> {
    const [rows]: [{ stream: string; connected_at: string | null }[]] = await this.database.query(
      `update open_call set due_at = $1::bigint + $2 where stream in (
         select stream from open_call where due_at <= $1 order by due_at limit $3 for update skip locked)
       returning stream, connected_at`,
      [now, AGAIN_MS, DUE_AT_ONCE],
    );
    return rows.map(({ stream, connected_at: at }) => ({ stream, connectedAt: at === null ? null : Number(at) }));
  }

  async postpone(stream: string, until: number): Promise<void> {
    await this.database.query('update open_call set due_at = $2 where stream = $1', [stream, until]);
  }

  /**
   * Each replica adds what it lived through since it last saw the clock, and the furthest counts: it never runs faster
   * than time does, however many there are. Undefined: another replica holds it.
   */
  private async advance(manager: EntityManager): Promise<number | undefined> {
    const [clock]: { lived_ms: string }[] = await manager.query(
      'select lived_ms from open_call_clock for update skip locked',
    );
    if (clock === undefined) return undefined;
    const at = performance.now();
    const own = this.last === undefined ? 0 : this.last.lived + Math.round(at - this.last.at);
    const lived = Math.max(Number(clock.lived_ms), own);
    await manager.query('update open_call_clock set lived_ms = $1', [lived]);
    this.last = { lived, at };
    return lived;
  }
}

async function readShards(manager: EntityManager, now: number, limitMs: number): Promise<boolean> {
  const shards: { shard: number; position: string }[] = await manager.query(
    `select shard, r.position from open_call_reading r
     where exists (select from event_store.event e where e.shard = r.shard and e.position = r.position + 1)
     order by shard`,
  );
  let more = false;
  for (const { shard, position } of shards) {
    const [rows]: [{ read: number }[]] = await manager.query(READ, [shard, position, READ_AT_ONCE, now, limitMs]);
    more ||= rows[0]?.read === READ_AT_ONCE;
  }
  return more;
}
