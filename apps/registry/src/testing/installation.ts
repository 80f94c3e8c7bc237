import { Module } from '@nestjs/common';
import { migrateEventStore } from '@privity/event-store';
import { migrateEventStream } from '@privity/event-stream/migration';
import { freePort, inDatabase, startPostgres } from '@privity/one-machine';
import {
  bootService,
  Environment,
  JsonLog,
  keyFolders,
  loadSigningKey,
  provisionKeys,
  readServiceConfig,
  signToken,
} from '@privity/service';
import type { Role, ServiceDefinition } from '@privity/service';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { definition } from '../definition.js';
import { migrate } from '../migrations/index.js';

@Module({})
class NoModule {}

/** Attested so seldom that it comes into no other test's events. */
const DAY_MS = 86_400_000;

type BootedService = Awaited<ReturnType<typeof bootService>>;

/** Routing without its own module: a real store and a real feed to append to. */
const routingFeed: ServiceDefinition = { name: 'routing', module: NoModule };

/** A registry as it runs: its own PostgreSQL, keys, and the feed of routing that it subscribes to. */
export class Installation {
  registry!: BootedService;
  routing!: BootedService;
  readonly log: string[] = [];
  /** What the registry is told besides, at its next boot. */
  readonly more: Record<string, string> = {};

  private constructor(
    private readonly folder: string,
    private readonly postgres: Awaited<ReturnType<typeof startPostgres>>,
    private readonly ports: { registry: number; routing: number },
    private readonly serviceToken: string,
  ) {}

  /** @param more variables of the registry, beside those that it always gets */
  static async start(more: Readonly<Record<string, string>> = {}): Promise<Installation> {
    const folder = await mkdtemp(join(tmpdir(), 'privity-registry-spec-'));
    const postgres = await startPostgres({ dataDir: join(folder, 'pg') });
    provisionKeys(folder);
    const ports = { registry: await freePort(), routing: await freePort() };
    const identity = loadSigningKey(keyFolders(folder).identity, 'identity');
    const token = await signToken(identity, { subject: 'spec', roles: ['service'], ttlSeconds: 3600 });
    const installation = new Installation(folder, postgres, ports, token);
    Object.assign(installation.more, more);
    try {
      for (const name of ['registry', 'routing'] as const) await installation.layOut(name);
      installation.routing = await bootService(routingFeed, installation.config('routing'), installation.logger());
      await installation.boot();
    } catch (error) {
      await installation.stop();
      throw error;
    }
    return installation;
  }

  async boot(): Promise<void> {
    this.registry = await bootService(definition, this.config('registry'), this.logger());
  }

  async stop(): Promise<void> {
    // Either may be missing where the start failed half way.
    const booted: readonly (BootedService | undefined)[] = [this.registry, this.routing];
    for (const service of booted) await service?.close();
    await this.postgres.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  token(...roles: Role[]): Promise<string> {
    return this.tokenOf('ana', ...roles);
  }

  tokenOf(subject: string, ...roles: Role[]): Promise<string> {
    const identity = loadSigningKey(keyFolders(this.folder).identity, 'identity');
    return signToken(identity, { subject, roles, ttlSeconds: 3600 });
  }

  get trustDir(): string {
    return keyFolders(this.folder).trust;
  }

  get keys(): ReturnType<typeof keyFolders> {
    return keyFolders(this.folder);
  }

  get outbox(): string {
    return join(this.folder, 'outbox');
  }

  /** As the owner of the registry's database, for what only a test may look at. */
  async query<R extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<R[]> {
    const client = new pg.Client({ connectionString: inDatabase(this.postgres.url, 'registry') });
    await client.connect();
    try {
      return (await client.query<R>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }

  private logger(): JsonLog {
    return new JsonLog('registry', (line) => this.log.push(line));
  }

  private config(name: 'registry' | 'routing') {
    const { services, index, trust } = keyFolders(this.folder);
    const url = new URL(inDatabase(this.postgres.url, name));
    url.username = `${name}_service`;
    url.password = 'spec';
    const env = {
      PRIVITY_PORT: String(this.ports[name]),
      PRIVITY_DATABASE_URL: url.toString(),
      PRIVITY_STREAM: 'feed',
      PRIVITY_ATTEST_EVERY_MS: String(DAY_MS),
      PRIVITY_SERVICES: JSON.stringify({
        registry: `http://127.0.0.1:${this.ports.registry}`,
        routing: `http://127.0.0.1:${this.ports.routing}`,
      }),
      PRIVITY_KEYS: services[name],
      PRIVITY_INDEX_KEYS: index,
      PRIVITY_TRUST: trust,
      PRIVITY_SERVICE_TOKEN: this.serviceToken,
      ...(name === 'registry' ? { PRIVITY_OUTBOX: this.outbox, ...this.more } : {}),
    };
    return readServiceConfig(name, new Environment(env));
  }

  private async layOut(name: 'registry' | 'routing'): Promise<void> {
    const serviceRole = `${name}_service`;
    const server = new pg.Client({ connectionString: this.postgres.url });
    await server.connect();
    await server.query(`create role ${serviceRole} login password 'spec'`);
    await server.query(`create database ${name}`);
    await server.end();
    const owner = new pg.Client({ connectionString: inDatabase(this.postgres.url, name) });
    await owner.connect();
    if (name === 'registry') await migrate(owner, { serviceRole });
    await migrateEventStore(owner, { serviceRole });
    await migrateEventStream(owner, { serviceRole });
    await owner.end();
  }
}
