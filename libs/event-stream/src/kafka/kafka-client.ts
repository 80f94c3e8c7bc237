import { Kafka, logLevel } from 'kafkajs';
import { silent, type StreamLog } from '../stream-log.js';
import { quietTimers } from './quiet-timers.js';

/**
 * kafkajs asks nobody for a partition that had no leader when the metadata was read, and reports no error: until they are
 * read again, by default after five minutes, its events stay away.
 */
export const METADATA_MS = 3_000;

/** A kafkajs client with the traps of that library handled. Everything here goes through it. */
export function kafkaClient(brokers: readonly string[], clientId: string, log: StreamLog = silent): Kafka {
  quietTimers();
  return new Kafka({
    clientId,
    brokers: [...brokers],
    connectionTimeout: 5_000,
    retry: { initialRetryTime: 100, maxRetryTime: 5_000, retries: 8 },
    logLevel: logLevel.WARN,
    // Its messages name hosts, topics and groups; the detail may hold more, so it is left out.
    logCreator:
      () =>
      ({ level, namespace, log: entry }) =>
        log(level <= logLevel.ERROR ? 'error' : 'warn', `kafka ${namespace}: ${entry.message.slice(0, 200)}`),
  });
}
