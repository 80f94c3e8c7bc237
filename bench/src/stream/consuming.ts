// A consumer in a process of its own, as a service is one: a row per event, in the transaction of its checkpoint.
import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { EventEnvelope } from '@privity/event-store';
import { connectSubscription, EventContext, Subscription, SubscriptionStrategy } from '@privity/event-stream';
import { Column, DataSource, Entity, type EntityManager, PrimaryColumn } from 'typeorm';

export interface ConsumerArguments {
  readonly databaseUrl: string;
  readonly brokers: readonly string[];
  readonly source: string;
  readonly consumer: string;
  /** `handlers`: an insert for each event, as `@EventPattern` handlers write. `batches`: one for each transaction. */
  readonly writes: 'handlers' | 'batches';
  /** Whether each committed transaction is reported. */
  readonly reports: boolean;
}

/** What a transaction wrote, by `data.n`; `at` in milliseconds since 1970, after the commit was answered. */
export interface Committed {
  readonly at: number;
  readonly events: readonly number[];
}

interface Noted {
  readonly n: number;
  readonly number: string;
}

@Entity({ schema: 'noted_v1', name: 'noted' })
class NotedRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') stream!: string;
  @Column('text') number!: string;
  @Column('timestamptz') at!: Date;
}

@Controller()
class Noting {
  @EventPattern<string>('bench.NumberNoted')
  async noted(@Payload() event: EventEnvelope<Noted>, @Ctx() { manager }: EventContext): Promise<void> {
    const { id, subject, data, time } = event;
    await manager.insert(NotedRow, { id, stream: subject, number: data.number, at: new Date(time) });
  }
}

@Module({ controllers: [Noting] })
class NotingModule {}

const told = JSON.parse(process.argv[2] ?? '') as ConsumerArguments;
const dataSource = await new DataSource({
  type: 'postgres',
  url: told.databaseUrl,
  entities: [NotedRow],
  poolSize: 10,
}).initialize();
const common = {
  consumer: told.consumer,
  version: 1,
  sources: [told.source],
  stream: { stream: 'kafka', brokers: told.brokers } as const,
  dataSource,
  onCrash: (error: Error) => {
    throw error;
  },
};
if (told.writes === 'handlers') {
  const app = await NestFactory.create(NotingModule, new FastifyAdapter(), { logger: false });
  connectSubscription(app, new SubscriptionStrategy({ ...common, ignores: [] }));
  await app.startAllMicroservices();
} else {
  const written = new WeakMap<EntityManager, number[]>();
  if (told.reports) reportCommits(written);
  await Subscription.start({
    ...common,
    apply: async ({ events }, manager) => {
      const envelopes = events.map(({ envelope }) => envelope as EventEnvelope<Noted>);
      await manager.query(
        `insert into noted_v1.noted (id, stream, number, at)
         select * from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[])`,
        [
          envelopes.map(({ id }) => id),
          envelopes.map(({ subject }) => subject),
          envelopes.map(({ data }) => data.number),
          envelopes.map(({ time }) => time),
        ],
      );
      if (told.reports) {
        const ns = envelopes.map(({ data }) => data.n);
        written.set(manager, ns);
      }
    },
  });
}
process.send?.('ready');
process.on('disconnect', () => process.exit(0));

/** A subscription says nothing of its commits, which is where lag ends: its transactions are watched from outside. */
function reportCommits(written: WeakMap<EntityManager, number[]>): void {
  type Work = (manager: EntityManager) => Promise<unknown>;
  const run = dataSource.transaction.bind(dataSource) as (work: Work) => Promise<unknown>;
  const watched = async (work: Work): Promise<unknown> => {
    let used: EntityManager | undefined;
    const result = await run((manager) => work((used = manager)));
    const events = used && written.get(used);
    if (events !== undefined) process.send?.({ at: now(), events } satisfies Committed);
    return result;
  };
  dataSource.transaction = watched as typeof dataSource.transaction;
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
