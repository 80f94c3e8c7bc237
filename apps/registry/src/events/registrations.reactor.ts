import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventEnvelope } from '@privity/event-store';
import { EventStore } from '@privity/event-store';
import { EventContext } from '@privity/event-stream';
import { derivedId, Forgotten } from '@privity/kernel';
import type { BlindIndex } from '@privity/kernel';
import {
  CASE_DUE_DAYS,
  caseStream,
  protectionCase,
  registration,
  registrationProtects,
  registrationSource,
  registrationStream,
  unmatchedBy,
  workDaysAfter,
} from '@privity/registry';
import type { ListHeld, ListImported, RegistrationAnswered, RegistrationReceived } from '@privity/registry';
import { handleCommand } from '@privity/service';
import { AttorneyListings } from '../protections/attorney-listings.js';
import { OpenedValues } from '../protections/opened-values.js';
import { RegisteredNumbers } from '../registrations/registered-numbers.js';
import { openForm } from '../registrations/registration-form.js';
import { historyOf } from '../registrations/registration-history.js';
import type { EntityManager } from 'typeorm';
import { REACTIONS } from './subscriptions.js';

const MATCHING = 'registry.match-registration';
const DOUBTING = 'registry.open-case';

/** What follows from a registration. Each step can be repeated: what it decides stands in a stream that it reads first. */
@Controller()
export class RegistrationsReactor {
  constructor(
    private readonly store: EventStore,
    private readonly values: OpenedValues,
    private readonly listings: AttorneyListings,
    private readonly numbers: RegisteredNumbers,
  ) {}

  /** Compares it with the bar record, whoever entered it: whoever verifies wants to know. Then protects, where either suffices. */
  @EventPattern<string>('registry.RegistrationReceived', REACTIONS)
  async received(
    @Payload() event: EventEnvelope<RegistrationReceived['data']>,
    @Ctx() context: EventContext,
  ): Promise<void> {
    await this.compare(event.data, event.id, context);
  }

  @EventPattern<string>('registry.ListImported', REACTIONS)
  imported(@Payload() event: EventEnvelope<ListImported['data']>, @Ctx() context: EventContext): Promise<void> {
    return this.compareAgain(event, context);
  }

  /** What a held roll says is in effect already: held is only what it lacks. */
  @EventPattern<string>('registry.ListHeld', REACTIONS)
  held(@Payload() event: EventEnvelope<ListHeld['data']>, @Ctx() context: EventContext): Promise<void> {
    return this.compareAgain(event, context);
  }

  /** Confirmed, it protects where it did not yet. Not confirmed, it asks two people whether to end what it protects (P2). */
  @EventPattern<string>('registry.RegistrationAnswered', REACTIONS)
  async answered(
    @Payload() event: EventEnvelope<RegistrationAnswered['data']>,
    @Ctx() context: EventContext,
  ): Promise<void> {
    const { registration: id, attorney, result } = event.data;
    if (result === 'confirmed') return this.numbers.protectWhereDue(id, { causationid: event.id });
    const { received, state } = await historyOf(this.store, id);
    // What protects nobody leaves nothing to end, and what another form of the same attorney's says stands.
    const indexes = registrationProtects(state) ? await this.saidByNoOther(received, context.manager) : [];
    if (indexes.length === 0) return;
    const about = {
      case: derivedId(id, 'not-confirmed', 0),
      cause: 'not-confirmed',
      attorney,
      of: 'number',
      indexes,
      // What the roll says of the same line stands, whoever filled in the form.
      ends: registrationSource(received),
      due: workDaysAfter(event.time, CASE_DUE_DAYS['not-confirmed']),
    } as const;
    await handleCommand(
      this.store,
      protectionCase,
      caseStream(about.case),
      { type: 'open-case', about },
      { causationid: event.id, idOf: (n) => context.reactionId(DOUBTING, n) },
    );
  }

  /** Anybody can fill in a lawyer's name and line: that they did not send this form says nothing of one that they did. */
  private async saidByNoOther(
    { registration: id, attorney, as, numbers }: RegistrationReceived['data'],
    manager: EntityManager,
  ): Promise<readonly BlindIndex[]> {
    if (as !== 'attorney') return numbers;
    const others: { id: string }[] = await manager.query(
      `select id from registration where attorney = $1 and id <> $2 order by id`,
      [attorney, id],
    );
    const said = new Set<BlindIndex>();
    for (const other of others) {
      const { received, state } = await historyOf(this.store, other.id);
      if (received.as !== as || !registrationProtects(state) || state.answer?.result === 'not-confirmed') continue;
      for (const index of received.numbers) said.add(index);
    }
    return numbers.filter((index) => !said.has(index));
  }

  /** A later roll may name whom no earlier one did, or write them another way: whoever still waits is compared with it. */
  private async compareAgain(
    { id: causation, data: { kind } }: EventEnvelope<ListImported['data']>,
    context: EventContext,
  ): Promise<void> {
    if (kind !== 'bar-roll') return;
    const waiting: { id: string }[] = await context.manager.query(
      'select id from registration where answered is null and matched is not true order by id',
    );
    for (const { id } of waiting) {
      await this.compare((await historyOf(this.store, id)).received, causation, context);
    }
  }

  private async compare(
    received: RegistrationReceived['data'],
    causationid: string,
    context: EventContext,
  ): Promise<void> {
    const { registration: id } = received;
    const form = await openForm(this.values, received);
    if (form instanceof Forgotten) return;
    const unmatched = await this.unmatched(received, form.last);
    const command = { type: 'match-registration', ...(unmatched === undefined ? {} : { unmatched }) } as const;
    await handleCommand(this.store, registration, registrationStream(id), command, {
      causationid,
      // A roll is compared with many.
      idOf: (n) => context.reactionId(`${MATCHING} ${id}`, n),
    });
    await this.numbers.protectWhereDue(id, { causationid });
  }

  /** A delegate's own name is on no roll: what can match is the attorney they work for. */
  private async unmatched({ as, attorney }: RegistrationReceived['data'], last: string) {
    const listing = await this.listings.find(attorney);
    if (listing === undefined || listing.person instanceof Forgotten) return unmatchedBy(last, undefined);
    const record = { status: listing.status, last: listing.person.last };
    return unmatchedBy(as === 'attorney' ? last : record.last, record);
  }
}
