import { Injectable } from '@nestjs/common';
import { clientStream, isUnused, probing, type RaiseFinding } from '@privity/audit';
import { type EventEnvelope, parseEnvelope, StoreUnavailable } from '@privity/event-store';
import type { CallEnded } from '@privity/routing';
import { FileKeyRing, ServiceConfig } from '@privity/service';
import type { EntityManager } from 'typeorm';
import { takeTurns } from './recording-watch.js';

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

  /** Shards overtake each other, so the hours before and after this call count alike. */
  async ended(manager: EntityManager, ended: EventEnvelope<CallEnded['data']>): Promise<RaiseFinding | undefined> {
    if (!isUnused(ended.data) || ended.causationid === undefined) return undefined;
    const actor = await actorOf(manager, ended.causationid);
    if (actor === undefined) return undefined;
    const client = clientStream(actor, this.keys.current('client-id').key);
    await takeTurns(manager);
    await manager.query('insert into watch.unused_call values ($1, $2, $3) on conflict do nothing', [
      ended.subject,
      client,
      ended.time,
    ]);
    const [most]: { unused: string }[] = await manager.query(
      `select max(unused) as unused from (
         select count(*) over (order by at range between interval '1 hour' preceding and current row) as unused
         from watch.unused_call
         where client = $1 and at between $2::timestamptz - interval '1 hour' and $2::timestamptz + interval '1 hour'
       ) as hours`,
      [client, ended.time],
    );
    await manager.query(`delete from watch.unused_call where client = $1 and at < $2::timestamptz - interval '1 day'`, [
      client,
      ended.time,
    ]);
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
