import { type EventStore, parseEnvelope } from '@privity/event-store';
import { fold, isUuid, PrivityError } from '@privity/kernel';
import type { Instant } from '@privity/kernel';
import { registration, registrationStream } from '@privity/registry';
import type { RegistrationReceived, RegistrationState, RegistryEvent } from '@privity/registry';

/** No such registration. Whoever has a receipt has its registration; nobody else is told more. */
export class RegistrationNotFound extends PrivityError {
  constructor() {
    super('registration-not-found', 404, 'There is no such registration.');
  }
}

/** A registration as its stream tells it: nothing waits for a table to catch up. */
export interface RegistrationHistory {
  readonly received: RegistrationReceived['data'];
  readonly receivedAt: Instant;
  readonly state: RegistrationState;
}

/** @throws RegistrationNotFound */
export async function historyOf(store: Pick<EventStore, 'readStream'>, id: string): Promise<RegistrationHistory> {
  const recorded = isUuid(id) ? await store.readStream(registrationStream(id)) : [];
  const events = recorded.map(({ text }) => parseEnvelope(text));
  const state = fold(
    registration,
    events.map(({ type, data }) => ({ type, data }) as RegistryEvent),
  );
  const { received } = state;
  const [first] = events;
  if (received === undefined || first === undefined) throw new RegistrationNotFound();
  return { received, receivedAt: first.time, state };
}
