import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventEnvelope } from '@privity/event-store';
import { EventStore } from '@privity/event-store';
import { EventContext } from '@privity/event-stream';
import { derivedId } from '@privity/kernel';
import type { BlindIndex } from '@privity/kernel';
import {
  CASE_DUE_DAYS,
  caseStream,
  protectionCase,
  registrationProtects,
  registrationSource,
  workDaysAfter,
} from '@privity/registry';
import type { RegistrationAnswered, RegistrationReceived } from '@privity/registry';
import { handleCommand } from '@privity/service';
import { RegisteredNumbers } from '../registrations/registered-numbers.js';
import { historyOf } from '../registrations/registration-history.js';
import type { EntityManager } from 'typeorm';
import { REACTIONS } from './subscriptions.js';

const DOUBTING = 'registry.open-case';

/** What follows from an answer to a registration. Each step can be repeated: what it decides stands in a stream that it reads first. */
@Controller()
export class RegistrationsReactor {
  constructor(
    private readonly store: EventStore,
    private readonly numbers: RegisteredNumbers,
  ) {}

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
}
