import { Injectable } from '@nestjs/common';
import { EventStore } from '@privity/event-store';
import { Forgotten } from '@privity/kernel';
import { registrationProtects, registrationSource } from '@privity/registry';
import type { RegisteredAs } from '@privity/registry';
import type { CommandMeta } from '@privity/service';
import { OpenedValues } from '../protections/opened-values.js';
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
    private readonly values: OpenedValues,
  ) {}

  /**
   * Protects each number since its own date, or since the registration came in: late verification is no reason to leave
   * the days before it recordable (P8). The same again changes nothing: that the source said so stands in the number's
   * stream. The events get ids of their own, since a number sealed twice is not the same bytes.
   */
  async protectWhereDue(registration: string, meta: Pick<CommandMeta, 'actor' | 'causationid'>): Promise<void> {
    const { received, receivedAt, state } = await historyOf(this.store, registration);
    if (!registrationProtects(state)) return;
    const form = await openForm(this.values, received);
    // Nobody is left whom it could protect (P10).
    if (form instanceof Forgotten) return;
    const said = { source: registrationSource(received), category: 'attorney', basis: BASIS[received.as] } as const;
    // Side by side, so that appends share a commit.
    await Promise.all(
      form.numbers.map(({ number, effectiveFrom = receivedAt }) =>
        this.protecting.protect(number, { ...said, since: effectiveFrom }, meta),
      ),
    );
    if (received.as !== 'attorney') return;
    // A line of the attorney's like those of the roll: a case about the attorney is about all of them.
    const { barNumber, last, first, firm } = form;
    const listed = { barState: received.barState, person: { barNumber, last, first, firm } };
    const numbers = form.numbers.map(({ number }) => this.protecting.numbers.index(number));
    await this.protecting.listAttorney(received.attorney, { ...listed, numbers }, meta);
  }
}
