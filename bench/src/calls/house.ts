import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FacilityPolicy, type ImportKind, type JurisdictionRules, PrivityClient } from '@privity/client';
import { freePorts } from '@privity/one-machine';
import type { Role } from '@privity/service';
import { TestInstallation } from '@privity/service/testing';
import type { BenchDatabase, BenchServer } from '../database.js';
import type { Asked } from './load.js';
import { runProcess, startProcess } from './process.js';

const ROOT = join(import.meta.dirname, '../../..');
const SAMPLES = join(ROOT, 'samples/legacy-export');
const RULES = join(ROOT, 'samples/jurisdictions.json');
const LISTS: readonly (readonly [ImportKind, string])[] = [
  ['bar-roll', 'bar_roll.csv'],
  ['do-not-record', 'do_not_record.csv'],
  ['facilities', 'facilities.csv'],
  ['roster', 'roster.csv'],
  ['allowed-numbers', 'allowed_numbers.csv'],
  ['movements', 'movements.csv'],
];
const POLICY: FacilityPolicy = {
  allowedList: 'required',
  presence: 'noted',
  recording: 'permitted',
  notices: [
    { party: 'caller', language: 'en', acceptance: 'none' },
    { party: 'callee', language: 'en', acceptance: 'required' },
  ],
  maxSeconds: 3600,
};
const CALLS = 2_000;
const FRESH_LIMIT_MS = 30_000;

/** Registry, routing and gateway as they run, knowing the sample's people and numbers. */
export interface CallHouse {
  readonly routing: string;
  readonly gateway: string;
  /** Of a dialler. */
  readonly token: string;
  readonly asked: readonly Asked[];
  /** Routing's own. */
  readonly database: BenchDatabase;
  /** A token of somebody with these roles. */
  signIn(...roles: readonly Role[]): Promise<string>;
}

export interface HouseOptions {
  /** Of a Kafka; without: over the feed. */
  readonly brokers?: readonly string[];
  /** How many processes of the registry; one unless told. */
  readonly registries?: number;
}

export async function withCallHouse<T>(
  server: BenchServer,
  work: (house: CallHouse) => Promise<T>,
  { brokers, registries = 1 }: HouseOptions = {},
): Promise<T> {
  const installation = new TestInstallation();
  const closing: (() => Promise<void>)[] = [];
  try {
    const [routingPort = 0, gatewayPort = 0, nobody = 0, ...registryPorts] = await freePorts(3 + registries);
    const url = (port: number) => `http://127.0.0.1:${port}`;
    const services = { registry: registryPorts.map(url), routing: url(routingPort) };
    const databases = { registry: await migrated('registry', server), routing: await migrated('routing', server) };
    const processes = [...registryPorts.map((port) => ['registry', port] as const), ['routing', routingPort] as const];
    for (const [name, port] of processes) {
      const given = {
        databaseUrl: databases[name].serviceUrl,
        services,
        ...(brokers === undefined ? {} : { brokers }),
      };
      const env = await installation.variables(name, given);
      closing.push((await startProcess(built(name, 'main.js'), port, env)).stop);
    }
    // Nobody is behind two of its routes, so it never says that all is well.
    const gateway = await startProcess(
      built('gateway', 'main.js'),
      gatewayPort,
      {
        PRIVITY_SERVICES: JSON.stringify({ ...services, recording: url(nobody), audit: url(nobody) }),
        PRIVITY_TRUST: installation.keys.trust,
      },
      503,
    );
    closing.push(gateway.stop);
    const signIn = (...roles: readonly Role[]) => installation.token('bench', roles);
    await prepare(gateway.url, await signIn('registrar', 'operator'));
    const token = await signIn('dialler');
    const asked = await sampleCalls();
    await untilRecorded(services.routing, token, asked);
    const database = databases.routing;
    return await work({ routing: services.routing, gateway: gateway.url, token, asked, database, signIn });
  } finally {
    for (const close of closing.reverse()) await close();
    installation.remove();
  }
}

/** A service's database, laid out. */
export async function migrated(name: 'registry' | 'routing', server: BenchServer): Promise<BenchDatabase> {
  const database = await server.fresh();
  await runProcess(built(name, 'migrate.js'), {
    PRIVITY_OWNER_DATABASE_URL: database.ownerUrl,
    PRIVITY_SERVICE_ROLE: new URL(database.serviceUrl).username,
  });
  return database;
}

async function prepare(url: string, token: string): Promise<void> {
  const client = new PrivityClient({ baseUrl: url, token, connections: 2 });
  try {
    for (const [kind, file] of LISTS) {
      const { state } = await client.imports.run(kind, join(SAMPLES, file));
      if (state !== 'applied') throw new Error(`${file}: ${state}`);
    }
    const facilities = (await readFile(join(SAMPLES, 'facilities.csv'), 'utf8')).trim().split(/\r?\n/).slice(1);
    const { rules } = JSON.parse(await readFile(RULES, 'utf8')) as Pick<JurisdictionRules, 'rules'>;
    await client.setJurisdictionRules(rules);
    for (const line of facilities) await client.setPolicy(line.slice(0, line.indexOf(',')), POLICY);
  } finally {
    await client.close();
  }
}

/** Place, caller and number of the sample's first calls; none of these columns is ever quoted. */
async function sampleCalls(): Promise<Asked[]> {
  const text = await readFile(join(SAMPLES, 'call_records.csv'), 'utf8');
  const lines = text.split(/\r?\n/, CALLS + 1).slice(1);
  return lines.map((line) => {
    const [, , facility = '', , caller = '', dialed = ''] = line.split(',');
    return { facility, caller, dialed };
  });
}

/** Decisions before the registry's heartbeat is known are made on less, and are not what is to be measured. */
async function untilRecorded(url: string, token: string, asked: readonly Asked[]): Promise<void> {
  const client = new PrivityClient({ baseUrl: url, token, connections: 1 });
  try {
    for (const deadline = Date.now() + FRESH_LIMIT_MS; Date.now() < deadline; await sleep(250)) {
      for (const [n, call] of asked.slice(0, 20).entries()) {
        const { recording } = await client.calls.decide({ callId: `warm-${Date.now()}-${n}`, ...call });
        if (recording === 'after-notice') return;
      }
    }
    throw new Error('no call of the sample may be recorded: routing does not trust its view of the registry');
  } finally {
    await client.close();
  }
}

/** A built program of an app. */
export function built(app: string, file: string): string {
  return join(ROOT, 'apps', app, 'dist', file);
}
