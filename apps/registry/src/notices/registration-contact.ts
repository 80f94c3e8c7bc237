import { Injectable } from '@nestjs/common';
import { Forgotten } from '@privity/kernel';
import type { RegistrationReceived } from '@privity/registry';
import { OpenedValues } from '../protections/opened-values.js';
import { openForm } from '../registrations/registration-form.js';

/** Whom to write to about a registration, and about which numbers. */
export interface RegistrationContact {
  readonly email: string;
  readonly numbers: readonly string[];
}

/** Opens what a notice needs of a registration's form, when it is sent and not before. */
@Injectable()
export class RegistrationContacts {
  constructor(private readonly values: OpenedValues) {}

  /** Undefined: the form names no address, or its person was forgotten. */
  async of(received: RegistrationReceived['data']): Promise<RegistrationContact | undefined> {
    const form = await openForm(this.values, received);
    if (form instanceof Forgotten || form.email.trim() === '') return undefined;
    return { email: form.email.trim(), numbers: form.numbers.map(({ number }) => number) };
  }
}
