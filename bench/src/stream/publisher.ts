import { randomBytes } from 'node:crypto';
import { type EventStore, migrateEventStore, type NewEvent, type RecordedEvent } from '@privity/event-store';
import { startRelay } from '@privity/event-stream';
import { migrateEventStream } from '@privity/event-stream/migration';
import type { BenchServer } from '../database.js';
import { openStore } from '../store.js';

/** Appends under way at once while a store is filled. */
const APPENDERS = 1_000;
const STREAMS = 20_011;

/** A context with its store and its relay in one process, as a service has them. */
export interface Publisher {
  readonly source: string;
  readonly store: EventStore;
  /** Appends `events` more, each to a stream of its own choosing; answers with them as they are stored. */
  fill(events: number): Promise<RecordedEvent[]>;
  /** Publishes from now on; call what it returns to stop. */
  relay(): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** @param source one that no topic of this broker has */
export async function openPublisher(
  server: BenchServer,
  brokers: readonly string[],
  source: string,
): Promise<Publisher> {
  const { serviceUrl } = await server.fresh(async (owner, options) => {
    await migrateEventStore(owner, options);
    await migrateEventStream(owner, options);
  });
  const { store, pool, close } = await openStore(serviceUrl, source);
  let appended = 0;
  return {
    source,
    store,
    fill: async (events) => {
      const stored: RecordedEvent[] = [];
      const last = appended + events;
      const appender = async (): Promise<void> => {
        while (appended < last) {
          const n = appended++;
          const { events: written } = await store.append(streamOf(n), 'any', [noted(n)]);
          stored.push(...written);
        }
      };
      await Promise.all(Array.from({ length: APPENDERS }, appender));
      return stored;
    },
    relay: async () => {
      const relay = await startRelay({ source, stream: { stream: 'kafka', brokers }, pool, store });
      return async () => relay?.stop();
    },
    close,
  };
}

export function streamOf(n: number): string {
  return `number-${n % STREAMS}`;
}

/** An event of the size of a protected number: 480 bytes as it is stored. */
export function noted(n: number): NewEvent {
  return {
    type: 'bench.NumberNoted',
    data: { n, number: randomBytes(32).toString('hex'), epoch: 3, reason: 'attorney' },
  };
}
