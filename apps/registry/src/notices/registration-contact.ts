import { Injectable } from '@nestjs/common';
import { EventStore, parseEnvelope } from '@privity/event-store';
import { Forgotten, unseal } from '@privity/kernel';
import { registrationStream } from '@privity/registry';
import type { RegistrationReceived } from '@privity/registry';
import { SubjectKeys } from '@privity/service';

/** Whom to write to about a registration, and about which numbers. */
export interface RegistrationContact {
  readonly email: string;
  readonly numbers: readonly string[];
}

interface SealedForm {
  readonly email?: string;
  readonly numbers: readonly { readonly number: string }[];
}

/** Opens what a notice needs of a registration's form, when it is sent and not before. */
@Injectable()
export class RegistrationContacts {
  constructor(
    private readonly store: EventStore,
    private readonly subjects: SubjectKeys,
  ) {}

  /** The registration's first event. @throws Error where there is none: its stream begins with it */
  async received(registration: string): Promise<RegistrationReceived['data']> {
    const history = await this.store.readStream(registrationStream(registration));
    const event = history.find(({ type }) => type === 'registry.RegistrationReceived');
    if (event === undefined) throw new Error('a registration that was never received');
    return parseEnvelope<RegistrationReceived['data']>(event.text).data;
  }

  /** Undefined: the form names no address, or its person was forgotten. */
  async of({ registration, form }: RegistrationReceived['data']): Promise<RegistrationContact | undefined> {
    const plain = unseal(form, await this.subjects.find(form.kid), `${registrationStream(registration)}:form`);
    if (plain instanceof Forgotten) return undefined;
    const { email = '', numbers } = JSON.parse(plain) as SealedForm;
    if (email.trim() === '') return undefined;
    return { email: email.trim(), numbers: numbers.map(({ number }) => number) };
  }
}
