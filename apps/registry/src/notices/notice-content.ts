import { Injectable } from '@nestjs/common';
import { EventStore, parseEnvelope } from '@privity/event-store';
import type { EventEnvelope } from '@privity/event-store';
import type { E164 } from '@privity/kernel';
import {
  caseNotice,
  confirmedNotice,
  escalationNotice,
  lastTwo,
  notConfirmedNotice,
  receiptNotice,
} from '@privity/registry';
import type {
  CaseOpened,
  ConfirmedNumber,
  NoticeText,
  RegistrationAnswered,
  RegistrationEscalated,
} from '@privity/registry';
import { OwnView } from '../events/own-view.js';
import { Protecting } from '../protections/protecting.js';
import { historyOf } from '../registrations/registration-history.js';
import type { Mail } from './mail-channel.js';
import { ContactForgotten, NotProtected } from './notice-errors.js';
import { NoticeSettings } from './notice-settings.js';
import type { DueNotice } from './outbox.js';
import { type RegistrationContact, RegistrationContacts } from './registration-contact.js';

/** What a message says and to whom, opened from the events at the moment it is sent. */
@Injectable()
export class NoticeContent {
  constructor(
    private readonly store: EventStore,
    private readonly contacts: RegistrationContacts,
    private readonly view: OwnView,
    private readonly protecting: Protecting,
    private readonly settings: NoticeSettings,
  ) {}

  /** @throws ContactForgotten, NotProtected */
  async mail(notice: DueNotice): Promise<Mail> {
    const event = await this.causeOf(notice);
    const { office } = this.settings;
    const toOffice = (text: NoticeText): Mail => ({ to: office, at: event.time, ...text });
    switch (notice.kind) {
      case 'escalation':
        return toOffice(escalationNotice(event.data as RegistrationEscalated['data']));
      case 'case':
        return toOffice(caseNotice(event.data as CaseOpened['data']));
      default:
        return this.toRegistrant(event);
    }
  }

  private async toRegistrant({ type, time: at, data }: EventEnvelope): Promise<Mail> {
    const { registration, result } = data as RegistrationAnswered['data'];
    const { received } = await historyOf(this.store, registration);
    const contact = await this.contacts.of(received);
    if (contact === undefined) throw new ContactForgotten();
    const { email: to } = contact;
    if (type === 'registry.RegistrationReceived') {
      return { to, at, ...receiptNotice(received, contact.numbers.map(lastTwo)) };
    }
    const { office } = this.settings;
    return result === 'confirmed'
      ? { to, at, ...confirmedNotice(registration, await this.confirmed(contact), office) }
      : { to, at, ...notConfirmedNotice(registration, office) };
  }

  /** From the registry's own view, not from the form: what is confirmed is what holds. @throws NotProtected */
  private async confirmed({ numbers }: RegistrationContact): Promise<ConfirmedNumber[]> {
    const view = await this.view.current();
    return numbers.map((number) => {
      const known = view.find(this.protecting.numbers.candidates(number as E164));
      if (known === undefined) throw new NotProtected();
      return { lastTwo: lastTwo(number), since: known.since };
    });
  }

  private async causeOf({ about, event: id }: DueNotice): Promise<EventEnvelope> {
    const event = (await this.store.readStream(about)).find((recorded) => recorded.id === id);
    if (event === undefined) throw new Error('the event that a notice follows is not in its stream');
    return parseEnvelope(event.text);
  }
}
