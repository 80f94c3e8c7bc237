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

/** Another form may have come in since somebody asked the attorney: a confirmation is of a form that was read. */
export class SeveralToVerify extends PrivityError {
  constructor(open: readonly string[]) {
    super(
      'several-to-verify',
      409,
      `${open.length} registrations of this attorney are open. Say which one as \`registration\`, each by itself: ${open.slice(0, 5).join(', ')}${open.length > 5 ? ' and so on' : ''}.`,
      { field: 'registration' },
    );
  }
}

export interface VerificationInput extends Pick<AnswerRegistration, 'result' | 'via'> {
  /** Absent: the open one of the attorney's own, where there is one. */
  readonly registration?: string;
}

export interface Verified {
  readonly result: AnswerRegistration['result'];
  /** The one that has this answer now. */
  readonly registration: string;
}

/** A second person asks at a contact that the form did not name, and says what they heard. */
@Injectable()
export class Verification {
  constructor(
    private readonly store: EventStore,
    @InjectRepository(RegistrationEntry) private readonly entries: Repository<RegistrationEntry>,
  ) {}

  /** @throws RegistrationNotFound, NothingToVerify, SeveralToVerify, RegistrationAnsweredBefore; Forbidden where this person entered it */
  async answer(
    attorney: string,
    { registration: named, result, via }: VerificationInput,
    by: string,
  ): Promise<Verified> {
    const id = named === undefined ? await this.openOf(attorney) : await this.named(named, attorney);
    const command = { type: 'answer-registration', result, answeredBy: by, via } as const;
    const { events } = await handleCommand(this.store, registration, registrationStream(id), command, { actor: by });
    if (events.some(({ type }) => type === 'registry.RegistrationAnswerRefused')) {
      throw new Forbidden('Whoever entered a registration cannot verify it. Ask a second person.');
    }
    return { result, registration: id };
  }

  private async named(id: string, attorney: string): Promise<string> {
    const { received } = await historyOf(this.store, id);
    if (received.attorney !== attorney) throw new RegistrationNotFound();
    return id;
  }

  /** One answer for all of an attorney's forms says nothing of the people who work for them: each is confirmed by itself. */
  private async openOf(attorney: string): Promise<string> {
    const entries = await this.entries.findBy({ attorney, as: 'attorney', answered: IsNull() });
    const histories = await Promise.all(entries.map(({ id }) => historyOf(this.store, id)));
    // The table may be a moment behind.
    const open = histories.flatMap(({ state, received }) => (state.answer === undefined ? received.registration : []));
    const [one, ...more] = open;
    if (one === undefined) throw new NothingToVerify();
    if (more.length > 0) throw new SeveralToVerify(open);
    return one;
  }
}
