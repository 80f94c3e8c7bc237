import type { AddressInfo } from 'node:net';

import multipart from '@fastify/multipart';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { checkImmutability, EventStore, FileMark } from '@privity/event-store';
import { FeedServer, TopicWitness } from '@privity/event-stream';
import { DataSource } from 'typeorm';

import { Environment, readServiceConfig, type ServiceConfig } from './config.js';
import { logRequests } from './http/request-log.js';
import { throwUnreadBodiesAway } from './http/unread-bodies.js';
import { openPool } from './database-pool.js';
import { openServiceKeys } from './keys/service-keys.js';
import { runUntilStopped, type Running } from './lifecycle/process-lifecycle.js';
import { Readiness } from './lifecycle/readiness.js';
import { Stopping } from './lifecycle/stopping.js';
import { JsonLog } from './log.js';
import type { ServiceDefinition } from './service-definition.js';
import { ServiceModule } from './service.module.js';
import { StreamConnection } from './stream-connection.js';

const JSON_LIMIT_BYTES = 1024 * 1024;
const STORE_CONNECTIONS = 6;
const OTHER_CONNECTIONS = 4;
const INTAKE_LIMIT_MS = 5_000;
const IDLE_CHECK_MS = 50;

/** A service that was booted: where it answers, and the application for tests. */
export interface BootedService extends Running {
  readonly url: string;
  readonly app: NestFastifyApplication;
  readonly config: ServiceConfig;
}

/** What `main.ts` calls: runs the service as this process, configured from the environment, until told to stop. */
export async function runService(definition: ServiceDefinition): Promise<void> {
  const log = new JsonLog(definition.name);
  await runUntilStopped(log, async () => {
    const config = readServiceConfig(definition.name, new Environment(process.env));
    const service = await bootService(definition, config, log);
    log.line('info', 'listening', { port: Number(new URL(service.url).port) });
    return service;
  });
}

/**
 * Opens the store, builds the application, listens, and starts relay and subscriptions. Closing it goes the other way
 * round: no more requests, then no more events in, then none out, then the database.
 */
export async function bootService(
  definition: ServiceDefinition,
  config: ServiceConfig,
  log: JsonLog = new JsonLog(definition.name),
): Promise<BootedService> {
  const keys = openServiceKeys(config);
  const storePool = openPool(config, STORE_CONNECTIONS, log);
  const pool = openPool(config, OTHER_CONNECTIONS, log);
  const closing: (() => Promise<unknown>)[] = [() => pool.end(), () => storePool.end()];
  const close = async (): Promise<void> => {
    for (let step = closing.pop(); step !== undefined; step = closing.pop()) await step();
  };
  try {
    const store = await EventStore.open({
      pool: storePool,
      source: config.source,
      mark: new FileMark(config.markFile),
      ...topicAsWitness(config),
    });
    closing.push(() => store.close());
    const readiness = new Readiness(definition.name);
    readiness.check('store', async () => {
      await store.heads();
      if (store.restored === undefined) return undefined;
      return `restored from an older copy (${store.restored}): privity store recover ${definition.name}`;
    });
    // P5: what protects the events is looked at as often as anybody asks how the service is.
    readiness.check('immutability', async () => (await checkImmutability(storePool))[0]);
    const started = readiness.hold('start', 'starting');
    const stopping = new Stopping();

    const feed = new FeedServer(config.source, store);
    const parts = { config, log, store, feed, pool, readiness, stopping, keys };
    const app = await createApp(definition, parts);
    const stream = new StreamConnection(app, definition, {
      ...parts,
      stream: config.stream.stream === 'feed' ? { ...config.stream, own: feed } : config.stream,
      dataSource: app.get(DataSource),
    });
    closing.push(
      () => stream.stopRelay(),
      () => closeApp(app, stopping),
    );

    await app.listen(config.port, config.host);
    await stream.start();
    started();
    const { port } = app.getHttpServer().address() as AddressInfo;
    return { app, config, close, url: `http://${config.host}:${port}` };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What was published shows a loss even where the mark is gone too, or lagged behind the last second. */
function topicAsWitness({ source, stream }: ServiceConfig): { witness?: TopicWitness } {
  return stream.stream === 'kafka' ? { witness: new TopicWitness({ brokers: stream.brokers, source }) } : {};
}

async function createApp(
  definition: ServiceDefinition,
  parts: Parameters<typeof ServiceModule.around>[1],
): Promise<NestFastifyApplication> {
  // No limit on how long a request takes to arrive: a call's audio does for as long as the call lasts.
  const adapter = new FastifyAdapter({ bodyLimit: JSON_LIMIT_BYTES, requestTimeout: 0, forceCloseConnections: 'idle' });
  const app = await NestFactory.create<NestFastifyApplication>(ServiceModule.around(definition, parts), adapter, {
    logger: parts.log,
    abortOnError: false,
    bufferLogs: false,
  });
  await app.register(multipart);
  const fastify = app.getHttpAdapter().getInstance();
  for (const type of definition.streamedBodies ?? []) {
    fastify.addContentTypeParser(type, (_request, payload, done) => done(null, payload));
  }
  logRequests(fastify, parts.log);
  throwUnreadBodiesAway(fastify);
  return app;
}

/** Ends what waits, lets what runs finish, and cuts what does not; subscriptions end with the application. */
async function closeApp(app: NestFastifyApplication, stopping: Stopping): Promise<void> {
  stopping.begin();
  const server = app.getHttpServer();
  // A connection that was answering when we began becomes idle later: it is no reason to wait for the caller to hang up.
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
  const limit = setTimeout(() => server.closeAllConnections(), INTAKE_LIMIT_MS);
  try {
    await app.close();
  } finally {
    clearInterval(idle);
    clearTimeout(limit);
  }
}
