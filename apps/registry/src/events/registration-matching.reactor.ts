import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventEnvelope } from '@privity/event-store';
import { EventStore } from '@privity/event-store';
import { EventContext } from '@privity/event-stream';
import { Forgotten } from '@privity/kernel';
import { protectsNumbers, registration, registrationStream, unmatchedBy } from '@privity/registry';
import type {
  AttorneyListed,
  AttorneyListingChanged,
  RegistrationMatched,
  RegistrationReceived,
  RegistrationUnmatched,
} from '@privity/registry';
import { handleCommand } from '@privity/service';
import { AttorneyListings } from '../protections/attorney-listings.js';
import { OpenedValues } from '../protections/opened-values.js';
import { RegisteredNumbers } from '../registrations/registered-numbers.js';
import { openForm } from '../registrations/registration-form.js';
import { historyOf } from '../registrations/registration-history.js';
import { REACTIONS } from './subscriptions.js';

const MATCHING = 'registry.match-registration';

/** A registration beside what rolls say of its attorney, whichever came first. What matches protects. */
@Controller()
export class RegistrationMatchingReactor {
  constructor(
    private readonly store: EventStore,
    private readonly values: OpenedValues,
    private readonly listings: AttorneyListings,
    private readonly numbers: RegisteredNumbers,
  ) {}

  /** Compares it with the bar record, whoever entered it: whoever verifies wants to know. Staff's word protects by itself. */
  @EventPattern<string>('registry.RegistrationReceived', REACTIONS)
  async received(
    @Payload() event: EventEnvelope<RegistrationReceived['data']>,
    @Ctx() context: EventContext,
  ): Promise<void> {
    await this.compare(event.data, event.id, context);
    if (event.data.enteredBy === undefined) return;
    await this.numbers.protectWhereDue(event.data.registration, { causationid: event.id });
  }

  @EventPattern<string>('registry.RegistrationMatched', REACTIONS)
  matched(@Payload() event: EventEnvelope<RegistrationMatched['data']>): Promise<void> {
    return this.numbers.protectWhereDue(event.data.registration, { causationid: event.id });
  }

  /** Once more: a roll that named them while it was compared has seen no registration that waits. */
  @EventPattern<string>('registry.RegistrationUnmatched', REACTIONS)
  async unmatched(
    @Payload() event: EventEnvelope<RegistrationUnmatched['data']>,
    @Ctx() context: EventContext,
  ): Promise<void> {
    const { received } = await historyOf(this.store, event.data.registration);
    await this.compare(received, event.id, context);
  }

  @EventPattern<string>('registry.AttorneyListed', REACTIONS)
  async listed(@Payload() event: EventEnvelope<AttorneyListed['data']>, @Ctx() context: EventContext): Promise<void> {
    if (protectsNumbers(event.data.status)) await this.compareWaiting(event, context);
  }

  @EventPattern<string>('registry.AttorneyListingChanged', REACTIONS)
  async listingChanged(
    @Payload() event: EventEnvelope<AttorneyListingChanged['data']>,
    @Ctx() context: EventContext,
  ): Promise<void> {
    const { status, person } = event.data;
    const tells = status.from !== status.to || person !== undefined;
    if (tells && protectsNumbers(status.to)) await this.compareWaiting(event, context);
  }

  /** A later roll names whom no earlier one did, or writes them another way: who waits in their name is compared with it. */
  private async compareWaiting(
    { id: causation, data: { attorney } }: EventEnvelope<{ readonly attorney: string }>,
    context: EventContext,
  ): Promise<void> {
    const waiting: { id: string }[] = await context.manager.query(
      'select id from registration where attorney = $1 and answered is null and matched is not true order by id',
      [attorney],
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
    const unmatched = await this.whyUnmatched(received, form.last);
    const command = { type: 'match-registration', ...(unmatched === undefined ? {} : { unmatched }) } as const;
    await handleCommand(this.store, registration, registrationStream(id), command, {
      causationid,
      // A line of a roll is compared with all that wait in one name.
      idOf: (n) => context.reactionId(`${MATCHING} ${id}`, n),
    });
  }

  /** A delegate's own name is on no roll: what can match is the attorney they work for. */
  private async whyUnmatched({ as, attorney }: RegistrationReceived['data'], last: string) {
    const listing = await this.listings.find(attorney);
    if (listing === undefined) return unmatchedBy(last, undefined);
    const { status, surnames } = listing;
    return unmatchedBy(as === 'attorney' ? last : surnames[0], { status, surnames });
  }
}
