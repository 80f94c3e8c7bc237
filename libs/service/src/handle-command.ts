import { setTimeout as pause } from 'node:timers/promises';

import {
  ConcurrencyConflict,
  parseEnvelope,
  type EventStore,
  type NewEvent,
  type RecordedEvent,
} from '@privity/event-store';
import { fold, type Decider, type DomainEvent, type Instant } from '@privity/kernel';

/** What stands on the envelope of every event a command leads to. */
export interface CommandMeta {
  readonly actor?: string;
  readonly causationid?: string;
  readonly correlationid?: string;
  /** Server time where absent. */
  readonly time?: Instant;
  /** Reactors give `derivedId(causation, handler, n)`, so that a retry is a no-op; else the store gives new ids. */
  readonly idOf?: (n: number) => string;
  /** Schema version of a type; 1 where absent. */
  readonly versionOf?: (type: string) => number;
  /** Most likely nobody has written to this stream yet: it is read only where that was wrong. Changes nothing else. */
  readonly probablyNew?: boolean;
}

export interface HandledCommand<E> {
  /** What this call decided; empty where the state already said so. */
  readonly events: readonly E[];
  /** The same as they stand in the store. */
  readonly recorded: readonly RecordedEvent[];
  /** Version of the stream afterwards. */
  readonly version: number;
}

const ATTEMPTS = 10;

/**
 * Loads a stream, decides, and appends what was decided at exactly the version it was decided on. Where somebody else
 * appended meanwhile, it decides again on the new state; after ten lost races the ConcurrencyConflict goes on.
 */
export async function handleCommand<S, C, E extends DomainEvent>(
  store: Pick<EventStore, 'readStream' | 'append'>,
  decider: Decider<S, C, E>,
  stream: string,
  command: C,
  meta: CommandMeta = {},
): Promise<HandledCommand<E>> {
  for (let attempt = 1; ; attempt += 1) {
    const unread = attempt === 1 && meta.probablyNew === true;
    const history = unread ? [] : await store.readStream(stream);
    const events = decider.decide(command, fold(decider, history.map(eventOf<E>)));
    const version = history.at(-1)?.sequence ?? 0;
    if (events.length === 0 && unread) continue;
    if (events.length === 0) return { events, recorded: [], version };
    try {
      const appended = await store.append(stream, version === 0 ? 'no stream' : version, newEvents(events, meta));
      return { events, recorded: appended.events, version: appended.version };
    } catch (error) {
      if (!(error instanceof ConcurrencyConflict) || attempt === ATTEMPTS) throw error;
      await pause(Math.random() * 5 * attempt);
    }
  }
}

/** What a stream's events say so far. */
export async function readState<S, C, E extends DomainEvent>(
  store: Pick<EventStore, 'readStream'>,
  decider: Decider<S, C, E>,
  stream: string,
): Promise<S> {
  return fold(decider, (await store.readStream(stream)).map(eventOf<E>));
}

/** Decided events with their envelope's fields, as the store takes them. */
export function newEvents(events: readonly DomainEvent[], meta: CommandMeta): NewEvent[] {
  const { actor, causationid, correlationid, time, idOf, versionOf } = meta;
  return events.map(({ type, data }, n) => ({
    type,
    data,
    ...(idOf === undefined ? {} : { id: idOf(n) }),
    ...(versionOf === undefined ? {} : { version: versionOf(type) }),
    ...(time === undefined ? {} : { time }),
    ...(actor === undefined ? {} : { actor }),
    ...(causationid === undefined ? {} : { causationid }),
    ...(correlationid === undefined ? {} : { correlationid }),
  }));
}

/** The stream's own context wrote it, so its shape is that context's. */
function eventOf<E extends DomainEvent>(recorded: RecordedEvent): E {
  const { type, data } = parseEnvelope(recorded.text);
  return { type, data } as E;
}
