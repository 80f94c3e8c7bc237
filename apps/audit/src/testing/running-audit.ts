import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll } from '@jest/globals';
import { Module } from '@nestjs/common';
import { EventStore, migrateEventStore, type NewEvent, type RecordedEvent } from '@privity/event-store';
import { migrateEventStream } from '@privity/event-stream/migration';
import { freePort } from '@privity/one-machine';
import { bootService, JsonLog, type ContextName, type Role } from '@privity/service';
import { TestInstallation } from '@privity/service/testing';
import { withPostgres, type Migrate } from '@privity/testing';
import { Pool } from 'pg';
import { AuditModule } from '../audit.module.js';
import { subscriptions } from '../events/subscriptions.js';
import { migrate } from '../migrations/index.js';

// The other three services are their real stores and feeds, without what decides in them: the audit service takes
// nothing from a service but its events.
@Module({})
class StoreOnly {}

type BootedService = Awaited<ReturnType<typeof bootService>>;

const migrateStore: Migrate = async (owner, options) => {
  await migrateEventStore(owner, options);
  await migrateEventStream(owner, options);
};

/** The audit service as it runs, with four real stores around it, for the tests of one file. */
export interface RunningAudit {
  /** What all services logged. */
  readonly output: readonly string[];
  vkey(): string;
  record(context: ContextName, stream: string, ...events: NewEvent[]): Promise<readonly RecordedEvent[]>;
  /** Asks the audit service, with a token of these roles or without one. */
  get(path: string, roles?: readonly Role[], facility?: string): Promise<Response>;
  /** What its tables hold. */
  rows(sql: string): Promise<readonly Record<string, unknown>[]>;
  stop(): Promise<void>;
  start(): Promise<void>;
}

export function withAudit(): RunningAudit {
  const postgres = withPostgres();
  const services = new Map<ContextName, BootedService>();
  const output: string[] = [];
  let installation: TestInstallation;
  let boot: () => Promise<BootedService>;

  beforeAll(async () => {
    installation = new TestInstallation();
    const ports = new Map<ContextName, number>();
    for (const name of ['registry', 'routing', 'recording', 'audit'] as const) ports.set(name, await freePort());
    const urls = Object.fromEntries([...ports].map(([name, port]) => [name, `http://127.0.0.1:${port}`]));
    const configFor = async (name: ContextName) => {
      const { serviceUrl } = await postgres.forService(name === 'audit' ? migrate : migrateStore);
      const more = { PRIVITY_PORT: String(ports.get(name)) };
      return installation.config(name, { databaseUrl: serviceUrl, services: urls, more });
    };
    const log = (name: ContextName) => new JsonLog(name, (line) => void output.push(line));
    for (const name of ['registry', 'routing', 'recording'] as const) {
      services.set(name, await bootService({ name, module: StoreOnly }, await configFor(name), log(name)));
    }
    const config = await configFor('audit');
    boot = () => bootService({ name: 'audit', module: AuditModule, subscriptions }, config, log('audit'));
    services.set('audit', await boot());
  }, 120_000);

  afterAll(async () => {
    for (const service of [...services.values()].reverse()) await service.close();
    installation.remove();
  }, 60_000);

  const running = (name: ContextName): BootedService => {
    const service = services.get(name);
    if (service === undefined) throw new Error(`${name} does not run`);
    return service;
  };
  return {
    output,
    vkey: () => readFileSync(join(installation.keys.trust, 'log.vkey'), 'utf8'),
    record: async (context, stream, ...events) =>
      (await running(context).app.get(EventStore).append(stream, 'any', events)).events,
    get: async (path, roles, facility) => {
      const token = roles && (await installation.token('dana', roles, facility === undefined ? {} : { facility }));
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      return fetch(`${running('audit').url}${path}`, { headers });
    },
    rows: async (sql) => (await running('audit').app.get(Pool).query<Record<string, unknown>>(sql)).rows,
    stop: async () => {
      await running('audit').close();
      services.delete('audit');
    },
    start: async () => void services.set('audit', await boot()),
  };
}

/** Asks again until the answer is as wanted, or gives the last one after twenty seconds: events take a moment. */
export async function until<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  for (const deadline = Date.now() + 20_000; ; await pause(50)) {
    const answer = await ask();
    if (wanted(answer) || Date.now() > deadline) return answer;
  }
}
