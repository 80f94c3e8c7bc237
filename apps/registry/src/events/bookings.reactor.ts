import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventEnvelope } from '@privity/event-store';
import { EventStore } from '@privity/event-store';
import { EventContext } from '@privity/event-stream';
import { derivedId } from '@privity/kernel';
import type { BlindIndex } from '@privity/kernel';
import {
  callerProtection,
  callerProtectionStream,
  CASE_DUE_DAYS,
  caseStream,
  protectionCase,
  workDaysAfter,
} from '@privity/registry';
import type { CallerProtected, Statement } from '@privity/registry';
import type { CallerListed } from '@privity/routing/events';
import { handleCommand, readState } from '@privity/service';
import type { EntityManager } from 'typeorm';
import { ALLOWED_LISTS, REACTIONS } from './subscriptions.js';

const HANDLER = 'registry.protect-same-person';
/** Any fixed number. */
const BOOKINGS_LOCK = 0x424f_4f4b;

/**
 * A person booked anew has another id, and a court's order must not end by that. Whoever has name and date of birth of
 * a protected person is protected as well, until two people settled that it is somebody else: an unresolved match means
 * unrecorded. Booking and order may come in either order, so both handlers take turns; otherwise each could miss what
 * the other is about to commit.
 */
@Controller()
export class BookingsReactor {
  constructor(private readonly store: EventStore) {}

  @EventPattern<string>('routing.CallerListed', ALLOWED_LISTS)
  async listed(@Payload() event: EventEnvelope<CallerListed['data']>, @Ctx() context: EventContext): Promise<void> {
    const { caller, match } = event.data;
    if (match === undefined) return;
    await takeTurns(context.manager);
    const others: { caller: BlindIndex }[] = await context.manager.query(
      `with kept as (insert into booking (match, caller) values ($1, $2) on conflict do nothing)
       select caller from booking where match = $1 and caller <> $2 order by caller`,
      [match, caller],
    );
    for (const { caller: other } of others) {
      await this.protectAlike(caller, other, event, context);
      await this.protectAlike(other, caller, event, context);
    }
  }

  @EventPattern<string>('registry.CallerProtected', REACTIONS)
  async orderCame(
    @Payload() event: EventEnvelope<CallerProtected['data']>,
    @Ctx() context: EventContext,
  ): Promise<void> {
    const { index, source } = event.data;
    if (source.kind === 'same-person') return;
    await takeTurns(context.manager);
    const alike: { caller: BlindIndex }[] = await context.manager.query(
      `select distinct other.caller from booking own join booking other on other.match = own.match
       where own.caller = $1 and other.caller <> $1 order by other.caller`,
      [index],
    );
    for (const { caller } of alike) await this.protectAlike(caller, index, event, context);
  }

  /** Protects one as the other is, by their own right and not again by likeness, and asks whether they are one. */
  private async protectAlike(
    index: BlindIndex,
    as: BlindIndex,
    { id: cause, time }: EventEnvelope,
    context: EventContext,
  ): Promise<void> {
    const { statements } = await readState(this.store, callerProtection, callerProtectionStream(as));
    const said = statements.filter(({ source }) => source.kind !== 'same-person');
    const id = derivedId(`${index}:${as}`, 'unresolved-match', 0);
    const { settled } = await readState(this.store, protectionCase, caseStream(id));
    // Two people found out that it is somebody else; nobody asks them again at the next roster.
    if (said.length === 0 || settled === 'ended') return;
    const idOf = (what: string) => (n: number) => context.reactionId(`${HANDLER}:${what}:${index}:${as}`, n);
    for (const [n, { category, since }] of said.entries()) {
      const source: Statement['source'] = { kind: 'same-person', ref: as };
      const basis = 'name and date of birth of a protected person';
      const command = { type: 'protect-caller', index, source, category, basis, since, now: time } as const;
      const meta = { causationid: cause, idOf: idOf(`protect ${n}`) };
      await handleCommand(this.store, callerProtection, callerProtectionStream(index), command, meta);
    }
    if (settled === 'kept') return;
    const due = workDaysAfter(time, CASE_DUE_DAYS['unresolved-match']);
    const about = {
      case: id,
      cause: 'unresolved-match',
      of: 'caller',
      indexes: [index],
      ends: { ref: as },
      due,
    } as const;
    const meta = { causationid: cause, correlationid: id, time, idOf: idOf('case') };
    await handleCommand(this.store, protectionCase, caseStream(id), { type: 'open-case', about }, meta);
  }
}

async function takeTurns(manager: EntityManager): Promise<void> {
  await manager.query('select pg_advisory_xact_lock($1)', [BOOKINGS_LOCK]);
}
