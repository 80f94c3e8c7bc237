import { Injectable } from '@nestjs/common';
import { EventStore } from '@privity/event-store';
import { Forgotten } from '@privity/kernel';
import { registrationProtects, registrationSource } from '@privity/registry';
import type { RegisteredAs } from '@privity/registry';
import type { CommandMeta } from '@privity/service';
import { Protecting } from '../protections/protecting.js';
import { openForm } from './registration-form.js';
import { historyOf } from './registration-history.js';

const BASIS: Readonly<Record<RegisteredAs, string>> = {
  attorney: 'registered as an attorney',
  paralegal: 'registered as a paralegal of an attorney',
  investigator: 'registered as an investigator of an attorney',
  interpreter: 'registered as an interpreter of an attorney',
  expert: 'registered as an expert of an attorney',
};

/** The numbers of a registration turn into protections here, as soon as what stands in its stream suffices. */
@Injectable()
export class RegisteredNumbers {
  constructor(
    private readonly store: EventStore,
    private readonly protecting: Protecting,
  ) {}

  /**
   * Protects each number since its own date, or since the registration came in: late verification is no reason to leave
   * the days before it recordable (P8). The same again changes nothing: that the source said so stands in the number's
   * stream. The events get ids of their own, since a number sealed twice is not the same bytes.
   */
  async protectWhereDue(registration: string, meta: Pick<CommandMeta, 'actor' | 'causationid'>): Promise<void> {
    const { received, receivedAt, state } = await historyOf(this.store, registration);
    if (!registrationProtects(state)) return;
    const form = await openForm(this.protecting, received);
    // Nobody is left whom it could protect (P10).
    if (form instanceof Forgotten) return;
    const said = { source: registrationSource(received), category: 'attorney', basis: BASIS[received.as] } as const;
    for (const { number, effectiveFrom = receivedAt } of form.numbers) {
      await this.protecting.protect(number, { ...said, since: effectiveFrom }, meta);
    }
  }
}
