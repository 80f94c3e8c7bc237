import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { EventStore } from '@privity/event-store';
import { PrivityError } from '@privity/kernel';
import { registration, registrationStream } from '@privity/registry';
import type { AnswerRegistration } from '@privity/registry';
import { Forbidden, handleCommand } from '@privity/service';
import { IsNull, Repository } from 'typeorm';
import { RegistrationEntry } from '../read-models/registration.entity.js';
import { historyOf, RegistrationNotFound } from './registration-history.js';

export class NothingToVerify extends PrivityError {
  constructor() {
    super(
      'nothing-to-verify',
      409,
      'No registration of this attorney is open. Those of people who work for an attorney are verified one by one: name it as `registration`.',
    );
  }
}

export interface VerificationInput extends Pick<AnswerRegistration, 'result' | 'via'> {
  /** Absent: all open ones of the attorney's own. */
  readonly registration?: string;
}

export interface Verified {
  readonly result: AnswerRegistration['result'];
  /** The registrations that have this answer now. */
  readonly registrations: readonly string[];
  /** Those that this person entered, which somebody else has to verify. Absent: none. */
  readonly refused?: readonly string[];
}

/** A second person asks at a contact that the form did not name, and says what they heard. */
@Injectable()
export class Verification {
  constructor(
    private readonly store: EventStore,
    @InjectRepository(RegistrationEntry) private readonly entries: Repository<RegistrationEntry>,
  ) {}

  /** @throws RegistrationNotFound, NothingToVerify, RegistrationAnsweredBefore; Forbidden where all were entered by this person */
  async answer(
    attorney: string,
    { registration: named, result, via }: VerificationInput,
    by: string,
  ): Promise<Verified> {
    const ids = named === undefined ? await this.openOf(attorney) : [await this.named(named, attorney)];
    const command = { type: 'answer-registration', result, answeredBy: by, via } as const;
    const refused: string[] = [];
    for (const id of ids) {
      const { events } = await handleCommand(this.store, registration, registrationStream(id), command, { actor: by });
      if (events.some(({ type }) => type === 'registry.RegistrationAnswerRefused')) refused.push(id);
    }
    const registrations = ids.filter((id) => !refused.includes(id));
    if (registrations.length === 0) {
      throw new Forbidden('Whoever entered a registration cannot verify it. Ask a second person.');
    }
    return { result, registrations, ...(refused.length > 0 ? { refused } : {}) };
  }

  private async named(id: string, attorney: string): Promise<string> {
    const { received } = await historyOf(this.store, id);
    if (received.attorney !== attorney) throw new RegistrationNotFound();
    return id;
  }

  /** One answer for all of an attorney's forms says nothing of the people who work for them: each is confirmed by itself. */
  private async openOf(attorney: string): Promise<readonly string[]> {
    const entries = await this.entries.findBy({ attorney, as: 'attorney', answered: IsNull() });
    const histories = await Promise.all(entries.map(({ id }) => historyOf(this.store, id)));
    // The table may be a moment behind.
    const open = histories.filter(({ state }) => state.answer === undefined);
    if (open.length === 0) throw new NothingToVerify();
    return open.map(({ received }) => received.registration);
  }
}
