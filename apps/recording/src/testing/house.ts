import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createHash, type KeyObject } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { EventStore, migrateEventStore, parseEnvelope, type EventEnvelope } from '@privity/event-store';
import { migrateEventStream } from '@privity/event-stream/migration';
import { uuidv7 } from '@privity/kernel';
import { freePort } from '@privity/one-machine';
import {
  bootService,
  Environment,
  JsonLog,
  keyFolders,
  loadSigningKey,
  provisionKeys,
  readServiceConfig,
  signToken,
  type ContextName,
  type Role,
} from '@privity/service';
import type { ServiceDatabase, TestPostgres } from '@privity/testing';
import pg from 'pg';
import { recordingService } from '../definition.js';
import { migrate } from '../migrations/index.js';
import { indexOf, RenewalDesk, RoutingStandIn, signPermit, type CallFacts } from './routing-stand-in.js';

@Module({})
class NoModule {}

type Booted = Awaited<ReturnType<typeof bootService>>;
const NAMES = ['registry', 'routing', 'recording'] as const;
type Name = (typeof NAMES)[number];

/** The recording service among stand-ins that have a real store, a real feed and real keys. */
export class House {
  recording: Booted | undefined;
  private readonly standIns: Booted[] = [];
  private readonly ports = {} as Record<Name, number>;
  private readonly databases = {} as Record<Name, ServiceDatabase>;
  readonly log: string[] = [];
  readonly mediaDir: string;
  private serviceToken = '';
  private readonly routingKey: KeyObject;

  private constructor(
    readonly folder: string,
    private readonly routingStore: () => EventStore,
  ) {
    this.mediaDir = join(folder, 'media');
    provisionKeys(folder);
    this.routingKey = loadSigningKey(keyFolders(folder).services.routing, 'routing');
    RenewalDesk.key = this.routingKey;
  }

  static async build(postgres: TestPostgres): Promise<House> {
    const folder = await mkdtemp(join(tmpdir(), 'privity-recording-spec-'));
    const house: House = new House(folder, () => house.storeOf('routing'));
    house.serviceToken = await house.token('spec', 'service');
    for (const name of NAMES) {
      house.ports[name] = await freePort();
      house.databases[name] = await postgres.forService(async (owner, options) => {
        if (name === 'recording') return migrate(owner, options);
        await migrateEventStore(owner, options);
        await migrateEventStream(owner, options);
      });
    }
    for (const name of ['registry', 'routing'] as const) {
      const module = name === 'routing' ? RoutingStandIn : NoModule;
      house.standIns.push(await bootService({ name, module }, house.config(name), house.logger()));
    }
    return house;
  }

  async boot(): Promise<void> {
    this.recording = await bootService(recordingService, this.config('recording'), this.logger());
  }

  async close(): Promise<void> {
    await this.recording?.close();
    for (const standIn of this.standIns) await standIn.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  get url(): string {
    return `http://127.0.0.1:${this.ports.recording}`;
  }

  token(subject: string, ...roles: Role[]): Promise<string> {
    return this.boundToken({}, subject, ...roles);
  }

  boundToken(bound: { readonly facility?: string }, subject: string, ...roles: Role[]): Promise<string> {
    const identity = loadSigningKey(keyFolders(this.folder).identity, 'identity');
    return signToken(identity, { subject, roles, ttlSeconds: 3600, ...bound });
  }

  storeOf(name: ContextName): EventStore {
    const booted = name === 'recording' ? this.recording : this.standIns.find(({ config }) => config.name === name);
    if (booted === undefined) throw new Error(`${name} does not run`);
    return booted.app.get(EventStore);
  }

  /** A call as routing decided it, its event in routing's feed. */
  async decided(callId: string, outcome: 'connect' | 'deny' = 'connect', caller = indexOf('c')): Promise<CallFacts> {
    const call = `call-${createHash('sha256').update(callId).digest('base64url')}`;
    const decision = uuidv7();
    const facts = { call, callId, decision, facility: 'TX-07', caller, dialed: indexOf(`d${callId}`) };
    const data = { facility: facts.facility, caller: facts.caller, dialed: facts.dialed, outcome };
    await this.routingStore().append(call, 'no stream', [{ id: decision, type: 'routing.CallDecided', data }]);
    return facts;
  }

  async says(type: 'routing.CallEnded' | 'routing.PermitRevoked', { call }: CallFacts): Promise<void> {
    const data = type === 'routing.CallEnded' ? { at: new Date().toISOString(), connected: true } : { reasons: [] };
    await this.routingStore().append(call, 'any', [{ type, data }]);
  }

  async claimsPrivilege({ call, dialed }: CallFacts): Promise<void> {
    const data = { party: 'callee', dialed };
    await this.routingStore().append(call, 'any', [{ type: 'routing.PrivilegeClaimed', data }]);
  }

  async joins({ call }: CallFacts, number: string): Promise<void> {
    await this.routingStore().append(call, 'any', [{ type: 'routing.PartyJoined', data: { number } }]);
  }

  async protects(index: string, kind = 'staff', since = '2026-01-01'): Promise<void> {
    const data = { index, source: { kind, ref: 'x' }, category: 'attorney', basis: 'x', since };
    await this.storeOf('registry').append(`number-${index}`, 'any', [{ type: 'registry.NumberProtected', data }]);
  }

  async endsProtection(index: string, left = 0): Promise<void> {
    const data = { of: 'number', index, source: { kind: 'staff', ref: 'x' }, settlement: uuidv7(), left };
    await this.storeOf('registry').append(`number-${index}`, 'any', [{ type: 'registry.ProtectionEnded', data }]);
  }

  async protectsCaller(index: string, since: string): Promise<void> {
    const data = { index, source: { kind: 'staff', ref: 'x' }, category: 'court', basis: 'x', since };
    await this.storeOf('registry').append(`caller-${index}`, 'any', [{ type: 'registry.CallerProtected', data }]);
  }

  permit(facts: CallFacts, key: KeyObject = this.routingKey): Promise<string> {
    return signPermit(key, facts);
  }

  async post(
    facts: CallFacts,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    permit?: string,
    { url = this.url, ...bound }: { readonly facility?: string; readonly url?: string } = {},
  ): Promise<Response> {
    const headers: Record<string, string> = {
      authorization: `Bearer ${await this.boundToken(bound, 'dialler', 'dialler')}`,
      'content-type': 'audio/basic',
      'recording-permit': permit ?? (await this.permit(facts)),
    };
    if (permit === '') delete headers['recording-permit'];
    const init = { method: 'POST', headers, body, duplex: 'half' } as RequestInit;
    return fetch(`${url}/api/calls/${facts.callId}/media`, init);
  }

  events(stream: string): Promise<EventEnvelope[]> {
    return this.asOwner(async (client) => {
      const { rows } = await client.query<{ event: string }>(
        `select event from event_store.event where stream = $1 order by sequence`,
        [stream],
      );
      return rows.map(({ event }) => parseEnvelope(event));
    });
  }

  /** Every cell of every table of the recording service's database, as text. */
  everythingStored(): Promise<string> {
    return this.asOwner(async (client) => {
      const { rows: tables } = await client.query<{ name: string }>(
        `select format('%I.%I', schemaname, tablename) as name from pg_tables
         where schemaname not in ('pg_catalog', 'information_schema')`,
      );
      const parts: string[] = [];
      for (const { name } of tables) {
        const { rows } = await client.query<{ line: string }>(`select t::text as line from ${name} t`);
        // A quote inside a cell comes doubled.
        parts.push(...rows.map(({ line }) => line.replaceAll('""', '"')));
      }
      return parts.join('\n');
    });
  }

  /** Keeps the store from appending while `work` runs: what must wait for its event then waits. */
  whileNothingCanBeAppended(work: () => Promise<void>): Promise<void> {
    return this.whileLocked('event_store.event in exclusive mode', work);
  }

  /** Keeps the store from answering while `work` runs. */
  whileNothingCanBeRead(work: () => Promise<void>): Promise<void> {
    return this.whileLocked('event_store.event in access exclusive mode', work);
  }

  /** Keeps whoever opens a recording waiting for its key while `work` runs. */
  whileNoKeyCanBeRead(work: () => Promise<void>): Promise<void> {
    return this.whileLocked('recording_key in access exclusive mode', work);
  }

  /** Ends the service's connections to its database, and refuses it new ones while `work` runs. */
  whileStoreIsAway(work: () => Promise<void>): Promise<void> {
    const { serviceRole } = this.databases.recording;
    return this.asOwner(async (client) => {
      try {
        await client.query(`alter role ${serviceRole} nologin`);
        await client.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [serviceRole]);
        await work();
      } finally {
        await client.query(`alter role ${serviceRole} login`);
      }
    });
  }

  /** The service cannot renew its membership while `work` runs, and its lease is over. */
  whileThoughtDead(work: () => Promise<void>): Promise<void> {
    const { serviceRole } = this.databases.recording;
    return this.asOwner(async (client) => {
      try {
        await client.query(`revoke insert, update on replica from ${serviceRole}`);
        await client.query('update replica set seen_until = now()');
        await work();
      } finally {
        await client.query(`grant insert, update on replica to ${serviceRole}`);
      }
    });
  }

  /** How many rows of the service's own tables. */
  count(from: string): Promise<number> {
    return this.asOwner(async (client) => (await client.query(`select from ${from}`)).rowCount ?? 0);
  }

  /** Shards on which one of the service's consumers stopped. */
  halts(): Promise<string[]> {
    return this.asOwner(async (client) => {
      const { rows } = await client.query<{ line: string }>('select t::text as line from event_stream.halt t');
      return rows.map(({ line }) => line);
    });
  }

  private whileLocked(lock: string, work: () => Promise<void>): Promise<void> {
    return this.asOwner(async (client) => {
      try {
        await client.query(`begin; lock table ${lock}`);
        await work();
      } finally {
        await client.query('rollback');
      }
    });
  }

  private async asOwner<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: this.databases.recording.ownerUrl });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  async mediaFiles(): Promise<string[]> {
    const found = await readdir(this.mediaDir, { recursive: true }).catch(() => []);
    return found.filter((name) => /\.pvm/.test(name)).map((name) => join(this.mediaDir, name));
  }

  async mediaBytes(): Promise<Buffer> {
    return Buffer.concat(await Promise.all((await this.mediaFiles()).map((file) => readFile(file))));
  }

  env(name: Name): Record<string, string> {
    const { services, index, trust } = keyFolders(this.folder);
    return {
      PRIVITY_PORT: String(this.ports[name]),
      PRIVITY_DATABASE_URL: this.databases[name].serviceUrl,
      PRIVITY_STREAM: 'feed',
      PRIVITY_SERVICES: JSON.stringify(
        Object.fromEntries(NAMES.map((peer) => [peer, `http://127.0.0.1:${this.ports[peer]}`])),
      ),
      PRIVITY_KEYS: services[name],
      PRIVITY_INDEX_KEYS: index,
      PRIVITY_TRUST: trust,
      PRIVITY_SERVICE_TOKEN: this.serviceToken,
      PRIVITY_MEDIA_DIR: this.mediaDir,
    };
  }

  private config(name: Name) {
    return readServiceConfig(name, new Environment(this.env(name)));
  }

  private logger(): JsonLog {
    return new JsonLog('spec', (line) => this.log.push(line));
  }
}

/** Mu-law frames of 20 ms as a call gives them, `ms` apart, until told to stop. */
export async function* frames(count: number, ms: number, sound: (n: number) => Buffer): AsyncGenerator<Uint8Array> {
  for (let n = 0; n < count; n += 1) {
    yield sound(n);
    // Not held open for: a call whose recorder is gone need not be finished.
    await pause(ms, undefined, { ref: false });
  }
}
