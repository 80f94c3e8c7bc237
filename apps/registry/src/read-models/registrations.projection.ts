import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventEnvelope } from '@privity/event-store';
import { EventContext } from '@privity/event-stream';
import type {
  RegistrationAnswered,
  RegistrationEscalated,
  RegistrationMatched,
  RegistrationReceived,
  RegistrationUnmatched,
} from '@privity/registry';
import type { QueryDeepPartialEntity } from 'typeorm';
import { REACTIONS } from '../events/subscriptions.js';
import { RegistrationEntry } from './registration.entity.js';

/** Which registrations wait, for whom, until when: for the work list, for who verifies, and for the clock. */
@Controller()
export class RegistrationsProjection {
  @EventPattern<string>('registry.RegistrationReceived', REACTIONS)
  async received(
    @Payload() { id: received, data }: EventEnvelope<RegistrationReceived['data']>,
    @Ctx() { manager }: EventContext,
  ): Promise<void> {
    const { registration: id, attorney, as, due, enteredBy = null } = data;
    const entry = { id, attorney, as, received, due: new Date(due), enteredBy };
    await manager.createQueryBuilder().insert().into(RegistrationEntry).values(entry).orIgnore().execute();
  }

  @EventPattern<string>('registry.RegistrationMatched', REACTIONS)
  matched(@Payload() { data }: EventEnvelope<RegistrationMatched['data']>, @Ctx() context: EventContext) {
    return change(context, data.registration, { matched: true });
  }

  @EventPattern<string>('registry.RegistrationUnmatched', REACTIONS)
  unmatched(@Payload() { data }: EventEnvelope<RegistrationUnmatched['data']>, @Ctx() context: EventContext) {
    return change(context, data.registration, { matched: false });
  }

  @EventPattern<string>('registry.RegistrationAnswered', REACTIONS)
  answered(@Payload() { id, data }: EventEnvelope<RegistrationAnswered['data']>, @Ctx() context: EventContext) {
    return change(context, data.registration, { answered: id });
  }

  @EventPattern<string>('registry.RegistrationEscalated', REACTIONS)
  escalated(@Payload() { id, data }: EventEnvelope<RegistrationEscalated['data']>, @Ctx() context: EventContext) {
    return change(context, data.registration, { escalated: id });
  }
}

async function change(
  { manager }: EventContext,
  id: string,
  what: QueryDeepPartialEntity<RegistrationEntry>,
): Promise<void> {
  await manager.update(RegistrationEntry, { id }, what);
}
