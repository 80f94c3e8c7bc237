import { EventStore } from '@privity/event-store';
import { uuidv7 } from '@privity/kernel';
import type { E164 } from '@privity/kernel';
import { registrationStream } from '@privity/registry';
import type { RegistrationReceived } from '@privity/registry';
import { Protecting } from '../protections/protecting.js';
import type { Installation } from './installation.js';

/** As the public form leaves it behind. */
export async function receiveRegistration(place: Installation, email: string | undefined, ...numbers: string[]) {
  const registration = uuidv7();
  const stream = registrationStream(registration);
  const protecting = place.registry.app.get(Protecting);
  const form = { barNumber: '100001', last: 'Ng\r\nBcc: x@evil', first: 'Ana', firm: 'Ng & Roy', email: email ?? '' };
  const sealed = JSON.stringify({ ...form, numbers: numbers.map((number) => ({ number })) });
  const data: RegistrationReceived['data'] = {
    registration,
    as: 'attorney',
    attorney: protecting.attorneyStream('KS', '100001'),
    barState: 'KS',
    form: await protecting.seal(stream, 'form', sealed),
    numbers: numbers.map((number) => protecting.numbers.index(number as E164)),
    due: '2026-12-03T17:04:00.000Z',
  };
  await record(place, stream, 'registry.RegistrationReceived', data);
  return { registration, stream, attorney: data.attorney, numbers: data.numbers };
}

export async function answerRegistration(
  place: Installation,
  registration: string,
  result: 'confirmed' | 'not-confirmed',
): Promise<void> {
  const data = { registration, attorney: 'attorney-x', result, answeredBy: 'ben', via: 'roll-contact' };
  await record(place, registrationStream(registration), 'registry.RegistrationAnswered', data);
}

/** Appends an event of the registry's own. @returns its id */
export async function record(place: Installation, stream: string, type: string, data: object): Promise<string> {
  const appended = await place.registry.app.get(EventStore).append(stream, 'any', [{ type, data }]);
  return appended.events[0]?.id ?? '';
}
