import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventEnvelope } from '@privity/event-store';
import { EventStore } from '@privity/event-store';
import { EventContext } from '@privity/event-stream';
import type {
  CaseOpened,
  NoticeKind,
  RegistrationAnswered,
  RegistrationEscalated,
  RegistrationReceived,
} from '@privity/registry';
import { RegistrationContacts } from '../notices/registration-contact.js';
import { historyOf } from '../registrations/registration-history.js';
import { REACTIONS } from './subscriptions.js';

/**
 * Who has to be told of what. Each message is a row of the outbox, written in the transaction that moves the checkpoint:
 * an event leads to exactly one, whatever is killed in between. The worker sends it.
 */
@Controller()
export class NoticesReactor {
  constructor(
    private readonly store: EventStore,
    private readonly contacts: RegistrationContacts,
  ) {}

  @EventPattern<string>('registry.RegistrationReceived', REACTIONS)
  async received(
    @Payload() event: EventEnvelope<RegistrationReceived['data']>,
    @Ctx() context: EventContext,
  ): Promise<void> {
    if ((await this.contacts.of(event.data)) !== undefined) await leave('receipt', event, context);
  }

  @EventPattern<string>('registry.RegistrationAnswered', REACTIONS)
  async answered(
    @Payload() event: EventEnvelope<RegistrationAnswered['data']>,
    @Ctx() context: EventContext,
  ): Promise<void> {
    const { received } = await historyOf(this.store, event.data.registration);
    if ((await this.contacts.of(received)) !== undefined) await leave('answer', event, context);
  }

  @EventPattern<string>('registry.RegistrationEscalated', REACTIONS)
  escalated(
    @Payload() event: EventEnvelope<RegistrationEscalated['data']>,
    @Ctx() context: EventContext,
  ): Promise<void> {
    return leave('escalation', event, context);
  }

  @EventPattern<string>('registry.CaseOpened', REACTIONS)
  async opened(@Payload() event: EventEnvelope<CaseOpened['data']>, @Ctx() context: EventContext): Promise<void> {
    // A county's first lists of allowed numbers open thousands of these; they wait on the work list.
    if (event.data.cause !== 'unverified-relation') await leave('case', event, context);
  }
}

async function leave(kind: NoticeKind, { id, subject }: EventEnvelope, context: EventContext): Promise<void> {
  await context.manager.query(
    'insert into outbox_notice (id, kind, about, event_id) values ($1, $2, $3, $4) on conflict (id) do nothing',
    [context.reactionId(kind), kind, subject, id],
  );
}
