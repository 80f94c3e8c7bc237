import { Injectable } from '@nestjs/common';
import { EventStore } from '@privity/event-store';
import { derivedId, instant, uuidv7 } from '@privity/kernel';
import type { Instant } from '@privity/kernel';
import { registration, REGISTRATION_DUE_DAYS, registrationStream, workDaysAfter } from '@privity/registry';
import type { RegisteredAs } from '@privity/registry';
import { handleCommand, ServiceConfig } from '@privity/service';
import { Protecting } from '../protections/protecting.js';
import { readBarNumber, readNumbers } from './form-input.js';
import type { RegistrationInput } from './form-input.js';
import { type RegistrationForm, sealForm } from './registration-form.js';
import { historyOf } from './registration-history.js';

/** That somebody asked, and by when somebody must have answered (T7). */
export interface Receipt {
  readonly receipt: string;
  readonly due: Instant;
}

export interface ReceiptStatus {
  readonly received: Instant;
  readonly due: Instant;
  readonly state: 'open' | 'answered';
  /** Nobody answered in time, and those who answer for the registry know. */
  readonly escalated: boolean;
}

/** What was entered, and by whom. */
export interface Entry {
  readonly as: RegisteredAs;
  /** Stream of the attorney, or of the one they work for. */
  readonly attorney: string;
  readonly barState: string;
  readonly form: RegistrationForm;
  /** Absent: the public form. */
  readonly enteredBy?: string;
}

/** Registrations come in here, whoever they come from. */
@Injectable()
export class Registrations {
  /** Days of work. */
  private readonly dueDays: number;

  constructor(
    private readonly store: EventStore,
    private readonly protecting: Protecting,
    { env }: ServiceConfig,
  ) {
    this.dueDays = env.integer('PRIVITY_REGISTRATION_DUE_DAYS', REGISTRATION_DUE_DAYS);
  }

  /**
   * The public form. It looks nobody up: answer and time are the same for everybody, since this must not tell who is a
   * lawyer. What follows from it follows from its event. @throws InvalidInput naming `numbers.N.number`
   */
  register(input: RegistrationInput, idempotencyKey?: string): Promise<Receipt> {
    const { as = 'attorney', last, first, firm = '', email = '' } = input;
    const [barState, barNumber] = [input.barState.toUpperCase(), readBarNumber(input.barNumber)];
    const form = { barNumber, last, first, firm, email, numbers: readNumbers(input.numbers) };
    const attorney = this.protecting.attorneyStream(barState, barNumber);
    const id = idempotencyKey === undefined ? uuidv7() : this.idOf(idempotencyKey, as, barState, JSON.stringify(form));
    return this.receive(id, { as, attorney, barState, form });
  }

  /** Who enters the same again gets the same receipt. @param entry what makes it the same, beside who entered it */
  enter(entry: Entry & { readonly enteredBy: string }, ...same: readonly string[]): Promise<Receipt> {
    return this.receive(this.idOf('entered', entry.enteredBy, entry.attorney, entry.as, ...same), entry);
  }

  /** What a receipt is good for, and nothing else. @throws RegistrationNotFound */
  async status(receipt: string): Promise<ReceiptStatus> {
    const { received, receivedAt, state } = await historyOf(this.store, receipt);
    const { answer, escalated } = state;
    const { due } = received;
    return { received: receivedAt, due, state: answer === undefined ? 'open' : 'answered', escalated };
  }

  private async receive(id: string, { form, enteredBy, ...about }: Entry): Promise<Receipt> {
    const received = {
      registration: id,
      ...about,
      form: await sealForm(this.protecting, id, form),
      numbers: [...new Set(form.numbers.map(({ number }) => this.protecting.numbers.index(number)))],
      ...(enteredBy === undefined ? {} : { enteredBy }),
      due: workDaysAfter(instant(), this.dueDays),
    };
    const command = { type: 'receive-registration', received } as const;
    const actor = enteredBy === undefined ? {} : { actor: enteredBy };
    const meta = { ...actor, probablyNew: true };
    const { events } = await handleCommand(this.store, registration, registrationStream(id), command, meta);
    const { due } = events.length > 0 ? received : (await historyOf(this.store, id)).received;
    return { receipt: id, due };
  }

  /** Keyed, since an id is no place for what a person wrote, not even hashed: it could be guessed and compared. */
  private idOf(...same: readonly string[]): string {
    return derivedId(this.protecting.keyedHash('registration', ...same), 'registration', 0);
  }
}
