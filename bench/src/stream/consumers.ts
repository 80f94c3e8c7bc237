import { setTimeout as sleep } from 'node:timers/promises';
import { migrateEventStream } from '@privity/event-stream/migration';
import pg from 'pg';
import { forkChild, type ToldChild } from '../child.js';
import type { BenchServer } from '../database.js';
import type { Committed, ConsumerArguments } from './consuming.js';

const READ_MODEL = `
create schema noted_v1;
create table noted_v1.noted (
  id uuid primary key, stream text not null, number text not null, at timestamptz not null
);`;

/** Consumers in processes and databases of their own, as services have them; each writes a row per event. */
export interface Consumers {
  /** Resolves when each has applied so many events in all. */
  haveAll(events: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startConsumers(
  server: BenchServer,
  options: Pick<ConsumerArguments, 'brokers' | 'source' | 'writes'> & {
    readonly count: number;
    /** Told of each transaction that committed. */
    readonly onCommitted?: (committed: Committed) => void;
  },
): Promise<Consumers> {
  const { count, onCommitted, ...rest } = options;
  const started: { child: ToldChild<Committed>; database: pg.Pool }[] = [];
  for (let n = 0; n < count; n++) {
    const { serviceUrl } = await server.fresh(async (owner, { serviceRole }) => {
      await migrateEventStream(owner, { serviceRole });
      const role = pg.escapeIdentifier(serviceRole);
      await owner.query(READ_MODEL);
      await owner.query(`grant usage on schema noted_v1 to ${role}`);
      await owner.query(`grant select, insert on noted_v1.noted to ${role}`);
    });
    const reports = onCommitted !== undefined;
    const told: ConsumerArguments = { ...rest, databaseUrl: serviceUrl, consumer: `consumer-${n}`, reports };
    const child = forkChild<Committed>(new URL('consuming.js', import.meta.url), [JSON.stringify(told)]);
    // The first word is that it is ready.
    await child.said();
    child.onSaid((committed) => onCommitted?.(committed));
    started.push({ child, database: new pg.Pool({ connectionString: serviceUrl, max: 1 }) });
  }
  const applied = async (database: pg.Pool): Promise<number> => {
    const { rows } = await database.query<{ n: string }>(
      'select coalesce(sum(position), 0) as n from event_stream.checkpoint',
    );
    return Number(rows[0]?.n);
  };
  return {
    haveAll: async (events) => {
      for (const { child, database } of started) {
        while ((await applied(database)) < events) {
          if (!child.isRunning) throw new Error('a consumer ended');
          await sleep(10);
        }
      }
    },
    stop: async () => {
      for (const { child, database } of started) {
        await database.end();
        await child.stop();
      }
    },
  };
}
