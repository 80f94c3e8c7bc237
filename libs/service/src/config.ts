import { join } from 'node:path';
import type { KafkaStream, StreamConfig } from '@privity/event-stream';
import { PrivityError } from '@privity/kernel';

/** The bounded contexts that run as services; `/privity/<name>` is the source of their events. */
export const CONTEXTS = ['registry', 'routing', 'recording', 'audit'] as const;
export type ContextName = (typeof CONTEXTS)[number];

/** What every service is told from outside. Injected by class: `constructor(config: ServiceConfig)`. */
export class ServiceConfig {
  constructor(
    readonly name: ContextName,
    readonly host: string,
    readonly port: number,
    /** URL of this service's own database, as its service role. Holds a password: never log it. */
    readonly databaseUrl: string,
    readonly stream: StreamConfig,
    /** Base URLs of all services' replicas by context name, for the few commands that need an answer. */
    readonly services: Readonly<Partial<Record<ContextName, readonly string[]>>>,
    /** Folder of this service's own keys. */
    readonly keysDir: string,
    /** Folder of the index keys; only registry, routing and recording are given it. */
    readonly indexKeysDir: string | undefined,
    /** Folder of the public keys everybody may read. */
    readonly trustDir: string,
    /** JWT with role `service`, sent to other services. */
    readonly serviceToken: string,
    readonly env: Environment,
  ) {}

  /** `/privity/<name>`. */
  get source(): `/privity/${ContextName}` {
    return `/privity/${this.name}`;
  }

  /** Of the event store. Beside the keys: outside the database and its backups, so that a restored one is noticed. */
  get markFile(): string {
    return join(this.keysDir, 'store.mark.json');
  }

  /** Base URLs of another service's replicas. @throws ConfigError where PRIVITY_SERVICES does not name it. */
  serviceUrls(name: ContextName): readonly string[] {
    const urls = this.services[name];
    if (urls === undefined) throw new ConfigError('PRIVITY_SERVICES', `has no entry "${name}"`);
    return urls;
  }
}

/** A variable is missing or malformed; the message names it and never shows its value, which may be a secret. */
export class ConfigError extends PrivityError {
  constructor(variable: string, problem: string) {
    super('config-invalid', 500, `${variable} ${problem}`, { field: variable });
  }
}

/** Reads variables and names the one that is wrong. */
export class Environment {
  constructor(private readonly values: Readonly<Record<string, string | undefined>>) {}

  /** All of them, for a thread that reads the same: secrets are among them, so never to be logged. */
  get variables(): Readonly<Record<string, string | undefined>> {
    return this.values;
  }

  text(name: string): string | undefined {
    const value = this.values[name]?.trim();
    return value === '' ? undefined : value;
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw new ConfigError(name, 'is not set');
    return value;
  }

  integer(name: string, fallback: number): number {
    const value = this.text(name);
    if (value === undefined) return fallback;
    if (!/^\d{1,15}$/.test(value)) throw new ConfigError(name, 'is not a whole number');
    return Number(value);
  }

  /** A JSON object whose values are http(s) URLs, or lists of them: one for each replica. */
  urls(name: string): Record<string, readonly string[]> {
    let parsed: unknown;
    try {
      parsed = JSON.parse(this.required(name));
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      throw new ConfigError(name, 'is not JSON');
    }
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
      throw new ConfigError(name, 'is not a JSON object of name to URL');
    }
    const urls: Record<string, readonly string[]> = {};
    for (const [key, value] of Object.entries(parsed)) {
      const all: unknown[] = Array.isArray(value) ? value : [value];
      if (all.length === 0 || !all.every(isHttpUrl)) throw new ConfigError(name, `has no http(s) URL under "${key}"`);
      urls[key] = [...new Set(all.map((url) => url.replace(/\/+$/, '')))];
    }
    return urls;
  }
}

function isHttpUrl(value: unknown): value is string {
  return typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value);
}

/** Reads the variables listed in `docs/configuration.md`. @throws ConfigError naming the variable. */
export function readServiceConfig(name: ContextName, env: Environment): ServiceConfig {
  const services = env.urls('PRIVITY_SERVICES');
  for (const key of Object.keys(services)) {
    if (!CONTEXTS.some((context) => context === key)) throw new ConfigError('PRIVITY_SERVICES', `names "${key}"`);
  }
  const databaseUrl = env.required('PRIVITY_DATABASE_URL');
  if (!/^postgres(ql)?:\/\//.test(databaseUrl))
    throw new ConfigError('PRIVITY_DATABASE_URL', 'is not a postgres:// URL');
  const port = env.integer('PRIVITY_PORT', 0);
  if (port > 65535) throw new ConfigError('PRIVITY_PORT', 'is above 65535');
  const token = env.required('PRIVITY_SERVICE_TOKEN');
  return new ServiceConfig(
    name,
    env.text('PRIVITY_HOST') ?? '127.0.0.1',
    port,
    databaseUrl,
    readStream(env, services, token),
    services,
    env.required('PRIVITY_KEYS'),
    env.text('PRIVITY_INDEX_KEYS'),
    env.required('PRIVITY_TRUST'),
    token,
    env,
  );
}

function readStream(env: Environment, feeds: Record<string, readonly string[]>, token: string): StreamConfig {
  const stream = env.required('PRIVITY_STREAM');
  if (stream === 'feed') return { stream, feeds, token };
  if (stream !== 'kafka') throw new ConfigError('PRIVITY_STREAM', 'is neither "kafka" nor "feed"');
  const brokers = env
    .required('PRIVITY_KAFKA_BROKERS')
    .split(',')
    .map((broker) => broker.trim());
  if (brokers.some((broker) => !/^[^\s:]+:\d{1,5}$/.test(broker))) {
    throw new ConfigError('PRIVITY_KAFKA_BROKERS', 'is not a comma-separated list of host:port');
  }
  // A gap in a topic is filled from the publisher itself.
  return { stream, brokers, ...topicCopies(env), repair: { feeds, token } };
}

/** `PRIVITY_KAFKA_REPLICAS`, for whoever opens a topic; nothing unless given. */
export function topicCopies(env: Environment): Pick<KafkaStream, 'replicas'> {
  const replicas = env.integer('PRIVITY_KAFKA_REPLICAS', 0);
  return replicas === 0 ? {} : { replicas };
}
