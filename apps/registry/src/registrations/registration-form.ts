import { Forgotten } from '@privity/kernel';
import type { E164, Instant, SealedValue } from '@privity/kernel';
import { registrationStream } from '@privity/registry';
import type { RegistrationReceived } from '@privity/registry';
import type { OpenedValues } from '../protections/opened-values.js';
import type { Protecting } from '../protections/protecting.js';

const FIELD = 'form';

export interface RegisteredNumber {
  readonly number: E164;
  /** Since when it is to be protected, where it is not since the registration came in. */
  readonly effectiveFrom?: Instant;
}

/** What somebody wrote who registers. Personal data: it stands sealed in `registry.RegistrationReceived`, and nowhere else. */
export interface RegistrationForm {
  /** Of the attorney, or of the one they work for. */
  readonly barNumber: string;
  readonly last: string;
  readonly first: string;
  readonly firm: string;
  readonly email: string;
  readonly numbers: readonly RegisteredNumber[];
}

export function sealForm(
  protecting: Pick<Protecting, 'seal'>,
  registration: string,
  form: RegistrationForm,
): Promise<SealedValue> {
  return protecting.seal(registrationStream(registration), FIELD, JSON.stringify(form));
}

/** Forgotten where its key was destroyed (P10). */
export async function openForm(
  values: OpenedValues,
  { registration, form }: Pick<RegistrationReceived['data'], 'registration' | 'form'>,
): Promise<RegistrationForm | Forgotten> {
  const text = await values.open(registrationStream(registration), FIELD, form);
  return typeof text === 'string' ? (JSON.parse(text) as RegistrationForm) : text;
}
