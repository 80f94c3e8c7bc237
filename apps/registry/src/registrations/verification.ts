import { Injectable } from '@nestjs/common';
import { EventStore } from '@privity/event-store';
import { registration, registrationStream } from '@privity/registry';
import type { AnswerRegistration } from '@privity/registry';
import { Forbidden, handleCommand } from '@privity/service';
import { historyOf, RegistrationNotFound } from './registration-history.js';

export interface VerificationInput extends Pick<AnswerRegistration, 'result' | 'via'> {
  /** The one that was read: another form may have come in since somebody asked the attorney. */
  readonly registration: string;
}

export interface Verified {
  readonly result: AnswerRegistration['result'];
  /** The one that has this answer now. */
  readonly registration: string;
}

/** A second person asks at a contact that the form did not name, and says what they heard. */
@Injectable()
export class Verification {
  constructor(private readonly store: EventStore) {}

  /** @throws RegistrationNotFound, RegistrationAnsweredBefore; Forbidden where this person entered it */
  async answer(attorney: string, { registration: id, result, via }: VerificationInput, by: string): Promise<Verified> {
    const { received } = await historyOf(this.store, id);
    if (received.attorney !== attorney) throw new RegistrationNotFound();
    const command = { type: 'answer-registration', result, answeredBy: by, via } as const;
    const { events } = await handleCommand(this.store, registration, registrationStream(id), command, { actor: by });
    if (events.some(({ type }) => type === 'registry.RegistrationAnswerRefused')) {
      throw new Forbidden('Whoever entered a registration cannot verify it. Ask a second person.');
    }
    return { result, registration: id };
  }
}
