import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Controller, Module } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { EventStore, migrateEventStore, parseEnvelope, type EventEnvelope } from '@privity/event-store';
import { type StreamStatus, SubscriptionStrategy } from '@privity/event-stream';
import { migrateEventStream } from '@privity/event-stream/migration';
import { freePort } from '@privity/one-machine';
import { withPostgres } from '@privity/testing';

import { migrateSubjectKeys } from './keys/subject-keys.js';
import { crash } from './lifecycle/crash.js';
import { JsonLog } from './log.js';
import { bootService, type BootedService } from './run-service.js';
import type { ServiceDefinition, ServiceParts } from './service-definition.js';
import { TestInstallation } from './testing/index.js';

jest.setTimeout(30_000);

/** What the handler took, each once: a batch that fails is rolled back and applied singly, and an array is no table. */
const applied = new Set<number>();
let refusing = true;

@Controller()
class Consumer {
  @EventPattern<string>('registry.Counted')
  counted(@Payload() event: EventEnvelope<{ readonly value: number }>): void {
    if (refusing && event.data.value === 2) throw new Error('this one cannot be applied');
    applied.add(event.data.value);
  }
}

@Module({ controllers: [Consumer] })
class ConsumerModule {}

const CONSUMER = 'registry.counting';
const STREAM = 'counter-1';

const consumers = ({ stream, dataSource }: ServiceParts): SubscriptionStrategy[] => [
  new SubscriptionStrategy({
    consumer: CONSUMER,
    version: 1,
    sources: ['/privity/registry'],
    stream,
    dataSource,
    ignores: ['registry.EventParked'],
    onCrash: crash,
  }),
];

describe('a halted shard', () => {
  const postgres = withPostgres();
  let installation: TestInstallation;
  let service: BootedService;
  let store: EventStore;

  beforeAll(async () => {
    installation = new TestInstallation();
    const { serviceUrl } = await postgres.forService(async (owner, options) => {
      await migrateEventStore(owner, options);
      await migrateEventStream(owner, options);
      await migrateSubjectKeys(owner, options);
    });
    const port = await freePort();
    const config = await installation.config('registry', {
      databaseUrl: serviceUrl,
      services: { registry: `http://127.0.0.1:${port}` },
      more: { PRIVITY_PORT: String(port) },
    });
    const definition: ServiceDefinition = { name: 'registry', module: ConsumerModule, subscriptions: consumers };
    service = await bootService(definition, config, new JsonLog('registry', () => undefined));
    store = service.app.get(EventStore);
  }, 60_000);

  afterAll(async () => {
    await service.close();
    installation.remove();
  }, 60_000);

  async function ask(method: string, path: string, body?: object): Promise<{ status: number; body: unknown }> {
    const token = await installation.token('olga', ['operator']);
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await fetch(`${service.url}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
  }

  async function until<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
    for (let attempt = 0; attempt < 200; attempt += 1) {
      const seen = await look();
      if (seen !== undefined) return seen;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('it did not happen');
  }

  async function halted() {
    const { body } = await ask('GET', '/stream/status');
    return (body as StreamStatus).consumers.find((one) => one.halted !== undefined)?.halted;
  }

  const append = (...values: number[]) =>
    store.append(
      STREAM,
      'any',
      values.map((value) => ({ type: 'registry.Counted', data: { value } })),
    );

  it('is parked by an operator: the event that says so is durable, and what follows is applied', async () => {
    await append(1, 2, 3);
    const { shard, position, id, source } = await until(halted);
    expect([...applied]).toEqual([1]);
    const named = { consumer: CONSUMER, version: 1, source, shard };

    const wrong = await ask('POST', '/api/stream/registry/parked', { ...named, position: position + 1, reason: 'why' });
    expect(wrong).toMatchObject({ status: 409, body: { code: 'not-halted' } });
    expect(await store.readStream(`parked-${CONSUMER}`)).toEqual([]);

    const parked = { ...named, position, reason: 'a row of 2019 without a number' };
    expect(await ask('POST', '/api/stream/registry/parked', parked)).toMatchObject({ status: 201 });
    await until(() => (applied.has(3) ? true : undefined));
    expect([...applied]).toEqual([1, 3]);

    const [event] = await store.readStream(`parked-${CONSUMER}`);
    const envelope = parseEnvelope(event?.text ?? '');
    expect(envelope).toMatchObject({ type: 'registry.EventParked', actor: 'olga', causationid: id });
    expect(envelope.data).toEqual({ ...parked, id, type: 'registry.Counted' });
  });

  it('is resumed by an operator once the cause is gone, and skips nothing', async () => {
    await append(2, 4);
    const { shard, source } = await until(halted);
    refusing = false;
    const named = { consumer: CONSUMER, version: 1, source, shard };
    expect(await ask('POST', '/api/stream/registry/resumed', named)).toMatchObject({ status: 204 });
    await until(() => (applied.has(4) ? true : undefined));
    expect([...applied]).toEqual([1, 3, 2, 4]);
  });

  it('belongs to the service that has the consumer', async () => {
    const named = { consumer: CONSUMER, version: 1, source: '/privity/registry', shard: 0, position: 1, reason: 'why' };
    expect(await ask('POST', '/api/stream/routing/parked', named)).toMatchObject({ status: 404 });
    expect(await ask('POST', '/api/stream/registry/parked', { ...named, shard: 12 })).toMatchObject({
      status: 422,
      body: { field: 'shard' },
    });
  });
});
