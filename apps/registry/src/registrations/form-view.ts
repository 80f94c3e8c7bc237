import { Injectable } from '@nestjs/common';
import { EventStore } from '@privity/event-store';
import { Forgotten } from '@privity/kernel';
import type { E164 } from '@privity/kernel';
import { currentVersion, registrationStream } from '@privity/registry';
import type { RegisteredAs, RegistrationViewed } from '@privity/registry';
import { AttorneyListings } from '../protections/attorney-listings.js';
import { OpenedValues } from '../protections/opened-values.js';
import { openForm, type RegistrationForm } from './registration-form.js';
import { historyOf } from './registration-history.js';

export interface ViewedForm {
  readonly registration: string;
  readonly as: RegisteredAs;
  readonly attorney: string;
  /** `[forgotten]` where its key was destroyed. */
  readonly form: RegistrationForm | Forgotten;
  /** Numbers of the attorney that a bar roll names: verification goes through these, never through the form's. */
  readonly rollContacts: readonly E164[];
}

/** What somebody wrote, for whoever verifies it. */
@Injectable()
export class FormView {
  constructor(
    private readonly store: EventStore,
    private readonly values: OpenedValues,
    private readonly listings: AttorneyListings,
  ) {}

  /** That somebody looked is an event before anything leaves (P4). @throws RegistrationNotFound */
  async look(id: string, actor: string): Promise<ViewedForm> {
    const { received } = await historyOf(this.store, id);
    const type: RegistrationViewed['type'] = 'registry.RegistrationViewed';
    const data: RegistrationViewed['data'] = { registration: id };
    await this.store.append(registrationStream(id), 'any', [{ type, data, actor, version: currentVersion(type) }]);
    const { as, attorney } = received;
    const listing = await this.listings.find(attorney);
    const rollContacts = (await listing?.rollContacts()) ?? [];
    return { registration: id, as, attorney, form: await openForm(this.values, received), rollContacts };
  }
}
