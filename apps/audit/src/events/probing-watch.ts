import { Injectable } from '@nestjs/common';
import { clientStream, isUnused, probing, type RaiseFinding } from '@privity/audit';
import { type EventEnvelope, parseEnvelope, StoreUnavailable } from '@privity/event-store';
import type { CallEnded } from '@privity/routing';
import { FileKeyRing, ServiceConfig } from '@privity/service';
import type { EntityManager } from 'typeorm';
import { takeTurns } from './recording-watch.js';

/** Of each hour of a client no more calls are kept than a finding needs: whoever asks ten times a second leaves no more. */
const KEEP = `
insert into watch.unused_call (call, client, at) select $1, $2, $3::timestamptz
where (select count(*) from watch.unused_call
       where client = $2 and at >= date_trunc('hour', $3::timestamptz, 'UTC')
         and at < date_trunc('hour', $3::timestamptz, 'UTC') + interval '1 hour') <= $4
on conflict do nothing returning call`;

/** The most within any hour that this call is in: shards overtake each other, so before and after it count alike. */
const MOST = `
select max(unused) as unused from (
  select count(*) over (order by at range between interval '1 hour' preceding and current row) as unused
  from watch.unused_call
  where client = $1 and at between $2::timestamptz - interval '1 hour' and $2::timestamptz + interval '1 hour') as hours`;

const FORGET = `delete from watch.unused_call where client = $1 and at < $2::timestamptz - interval '1 day'`;

/** Counts the calls of each client that were decided and came to nothing. Only those leave a row, for a day. */
@Injectable()
export class ProbingWatch {
  private readonly limit: number;

  constructor(
    private readonly keys: FileKeyRing,
    { env }: ServiceConfig,
  ) {
    this.limit = env.integer('PRIVITY_PROBING_PER_HOUR', 5);
  }

  async ended(manager: EntityManager, ended: EventEnvelope<CallEnded['data']>): Promise<RaiseFinding | undefined> {
    if (!isUnused(ended.data) || ended.causationid === undefined) return undefined;
    const actor = await actorOf(manager, ended.causationid);
    if (actor === undefined) return undefined;
    const client = clientStream(actor, this.keys.current('client-id').key);
    await takeTurns(manager);
    const kept: unknown[] = await manager.query(KEEP, [ended.subject, client, ended.time, this.limit]);
    // So many of this hour are there already that it has its finding.
    if (kept.length === 0) return undefined;
    const [most]: { unused: string }[] = await manager.query(MOST, [client, ended.time]);
    await manager.query(FORGET, [client, ended.time]);
    return probing(ended, client, Number(most?.unused), this.limit);
  }
}

/** The decision came minutes before: the log has it, or will in a moment. */
async function actorOf(manager: EntityManager, decision: string): Promise<string | undefined> {
  const [entry]: { text: string }[] = await manager.query(
    `select text from transparency_log.entry where id = $1 and source = '/privity/routing'`,
    [decision],
  );
  if (entry === undefined) throw new StoreUnavailable('the log does not hold the decision yet');
  return parseEnvelope(entry.text).actor;
}
