import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { EventStore, migrateEventStore } from '@privity/event-store';
import { migrateEventStream } from '@privity/event-stream/migration';
import { BlindIndexer, parseNumber } from '@privity/kernel';
import { freePort } from '@privity/one-machine';
import { callerProtectionStream } from '@privity/registry';
import type { Consent } from '@privity/routing';
import type { ProtectionCategory } from '@privity/registry';
import {
  bootService,
  Environment,
  FileKeyRing,
  JsonLog,
  keyFolders,
  loadSigningKey,
  provisionKeys,
  readServiceConfig,
  signToken,
  type Role,
} from '@privity/service';
import type { ServiceDatabase, TestPostgres } from '@privity/testing';
import { definition } from '../definition.js';
import { migrate } from '../migrations/index.js';
import { protect, RegistryStandIn } from './registry-stand-in.js';

type Booted = Awaited<ReturnType<typeof bootService>>;
type Name = 'registry' | 'routing';

/** Whose token it is, where that matters. */
export interface Asker {
  readonly facility?: string;
  readonly client?: string;
  readonly subject?: string;
}

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly body: T;
  readonly headers: Headers;
}

/** Routing as it runs, over real databases and the feed, beside a registry that a test can bend. */
export class House {
  registry!: Booted;
  routing!: Booted;
  readonly log: string[] = [];

  private constructor(
    private readonly folder: string,
    private readonly databases: Record<Name, ServiceDatabase>,
    private readonly ports: Record<Name, number>,
    private readonly serviceToken: string,
    private readonly more: Readonly<Record<string, string>>,
  ) {}

  /** @param more variables of both services */
  static async start(postgres: TestPostgres, more: Readonly<Record<string, string>> = {}): Promise<House> {
    const folder = await mkdtemp(join(tmpdir(), 'privity-routing-spec-'));
    const { identity } = provisionKeys(folder);
    const storeOnly = async (owner: Parameters<typeof migrate>[0], o: { readonly serviceRole: string }) => {
      await migrateEventStore(owner, o);
      await migrateEventStream(owner, o);
    };
    const house = new House(
      folder,
      { registry: await postgres.forService(storeOnly), routing: await postgres.forService(migrate) },
      { registry: await freePort(), routing: await freePort() },
      await signToken(loadSigningKey(identity, 'identity'), { subject: 'spec', roles: ['service'], ttlSeconds: 3600 }),
      more,
    );
    await house.bootRegistry();
    await house.bootRouting();
    await house.setRules({ ME: 'one-party', NY: 'one-party', CA: 'all-party' });
    return house;
  }

  async bootRegistry(): Promise<void> {
    this.registry = await bootService(
      { name: 'registry', module: RegistryStandIn },
      this.config('registry'),
      this.logger('registry'),
    );
  }

  async bootRouting(): Promise<void> {
    this.routing = await bootService(definition, this.config('routing'), this.logger('routing'));
  }

  /** A second replica, for whoever closes it. */
  async bootSibling(): Promise<Booted> {
    const port = String(await freePort());
    return bootService(definition, this.config('routing', { PRIVITY_PORT: port }), this.logger('routing'));
  }

  async stop(): Promise<void> {
    await this.routing.close();
    await this.registry.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  get store(): EventStore {
    return this.routing.app.get(EventStore);
  }

  /** Routing's database, as its service role. */
  get databaseUrl(): string {
    return this.databases.routing.serviceUrl;
  }

  get viewDigestKey(): Buffer {
    return FileKeyRing.open(keyFolders(this.folder).index).current('view-digest').key;
  }

  numberIndex(dialed: string): string {
    const parsed = parseNumber(dialed);
    if (!parsed.ok) throw new Error('not a number');
    return new BlindIndexer(FileKeyRing.open(keyFolders(this.folder).index), 'number-index').index(parsed.number);
  }

  callerIndex(caller: string): string {
    return new BlindIndexer(FileKeyRing.open(keyFolders(this.folder).index), 'caller-index').index(caller);
  }

  /** What is indexed from now on carries a new epoch; the old one lives. Routing starts again with both. */
  async renewIndexKeys(): Promise<void> {
    const ring = FileKeyRing.open(keyFolders(this.folder).index);
    for (const purpose of ['number-index', 'caller-index']) await ring.rotate(purpose);
    await this.routing.close();
    await this.bootRouting();
  }

  /** Appends to the registry's store; routing learns it from the stream. */
  protect(dialed: string, category: ProtectionCategory = 'attorney'): Promise<void> {
    return protect(this.registry.app.get(EventStore), this.numberIndex(dialed), category);
  }

  async protectCaller(caller: string): Promise<void> {
    const index = this.callerIndex(caller);
    const source = { kind: 'staff', ref: crypto.randomUUID() };
    const data = { index, source, category: 'court', basis: 'spec', since: new Date().toISOString() };
    await this.registry.app
      .get(EventStore)
      .append(callerProtectionStream(index), 'any', [{ type: 'registry.CallerProtected', data }]);
  }

  token(roles: readonly Role[], more: Asker = {}): Promise<string> {
    const identity = loadSigningKey(keyFolders(this.folder).identity, 'identity');
    return signToken(identity, { subject: 'ana', roles, ttlSeconds: 3600, ...more });
  }

  async ask<T = Record<string, unknown>>(
    method: string,
    path: string,
    roles: readonly Role[],
    body?: unknown,
    { of = this.routing, ...more }: Asker & { readonly of?: Booted } = {},
  ): Promise<Answer<T>> {
    const response = await fetch(`${of.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await this.token(roles, more)}`,
        ...(body === undefined || body instanceof FormData ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as T, headers: response.headers };
  }

  /** Of these states, from long ago until further notice. */
  async setRules(consents: Readonly<Record<string, Consent>>): Promise<void> {
    const rules = Object.entries(consents).map(([state, consent]) => ({
      ...{ state, consent, from: '2000-01-01', source: 'spec' },
    }));
    await until(async () => {
      const { status } = await this.ask('PUT', '/api/jurisdictions/rules', ['operator'], { rules });
      // Until it has read its directory it takes nothing.
      return status === 200 ? true : undefined;
    });
  }

  /** Uploads and waits for the import's end. */
  async import(kind: string, csv: string): Promise<Record<string, unknown>> {
    const form = new FormData();
    form.set('kind', kind);
    form.set('file', new Blob([csv]), 'list.csv');
    const started = await this.ask<{ importId: string }>('POST', '/api/routing/imports', ['operator'], form);
    if (started.status !== 202) throw new Error(`import answered ${started.status}: ${JSON.stringify(started.body)}`);
    return until(async () => {
      const { body } = await this.ask('GET', `/api/routing/imports/${started.body.importId}`, ['operator']);
      return body['state'] === 'reading' ? undefined : body;
    });
  }

  private logger(name: Name): JsonLog {
    return new JsonLog(name, (line) => this.log.push(line));
  }

  private config(name: Name, own: Readonly<Record<string, string>> = {}) {
    const { services, index, trust } = keyFolders(this.folder);
    const url = (of: Name) => `http://127.0.0.1:${this.ports[of]}`;
    return readServiceConfig(
      name,
      new Environment({
        PRIVITY_PORT: String(this.ports[name]),
        PRIVITY_DATABASE_URL: this.databases[name].serviceUrl,
        PRIVITY_STREAM: 'feed',
        PRIVITY_SERVICES: JSON.stringify({ registry: url('registry'), routing: url('routing') }),
        PRIVITY_KEYS: services[name],
        PRIVITY_INDEX_KEYS: index,
        PRIVITY_TRUST: trust,
        PRIVITY_SERVICE_TOKEN: this.serviceToken,
        PRIVITY_STALENESS_MS: '3000',
        ...this.more,
        ...own,
      }),
    );
  }
}

/** Asks again until there is an answer, at most ten seconds. */
export async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; await pause(25)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
  }
  throw new Error('it did not come to pass in ten seconds');
}
