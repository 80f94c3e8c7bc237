import { rename, rm, writeFile } from 'node:fs/promises';
import { freePort, freePorts, isPortFree } from '@privity/one-machine';
import { CONTEXTS, type ContextName } from '@privity/service/installation';
import { DataDir } from '../data-dir.js';
import { Failed } from '../failures.js';
import { type Lock, takeLock } from './lock.js';
import type { RunningInstance } from './running.js';
import { prepare } from './preparation.js';
import { type Keeping, KeptPart, type StartedPart } from './kept-part.js';
import { mailVariables, startService, stopLeftovers, type Variables } from './processes.js';
import { startServers } from './servers.js';

export interface InstanceOptions {
  readonly dataDir: DataDir;
  /** Undefined: the best this machine has. */
  readonly stream?: 'kafka' | 'feed';
  /** The public port; 0: a free one. */
  readonly httpPort: number;
  /** Another port does as well when that one is taken. */
  readonly orAnyPort?: boolean;
  /** How many processes of each service that may have several; 1 unless given. */
  readonly replicas?: number;
  readonly say: (line: string) => void;
  /** Aborted while it starts: what is started is stopped again. */
  readonly signal?: AbortSignal;
}

/** A whole Privity on this machine. */
export interface Instance {
  readonly dataDir: DataDir;
  /** The gateway's address. */
  readonly url: string;
  readonly stream: 'kafka' | 'feed';
  /** Rejects when a part ends so often that starting it again is no help; says which and where its log is. */
  readonly broken: Promise<never>;
  /** Stops every part, the gateway first and the database last. May be called again. */
  stop(): Promise<void>;
}

/**
 * The log has one head, and who integrates also signs: a second audit service would sign a checkpoint of the same size
 * over a log that it has not read yet.
 */
const ALWAYS_ONE: readonly ContextName[] = ['audit'];

/** Services answer 503 meanwhile, and lose nothing; to stop them all would help nobody. */
const SERVER_PATIENCE_MS = 10 * 60_000;

/** Starts everything, or nothing: what was started before a failure is stopped again. @throws Failed, MachineProblem */
export async function startInstance(options: InstanceOptions): Promise<Instance> {
  await options.dataDir.create();
  const launch = new Launch(options, await takeLock(options.dataDir));
  try {
    return await launch.start();
  } catch (error) {
    await launch.stop();
    throw error;
  }
}

class Launch {
  /** In the order in which they stop: groups, each all at once. */
  private readonly gateway: KeptPart[] = [];
  private readonly services: KeptPart[] = [];
  private readonly servers: KeptPart[] = [];
  private stopping: Promise<void> | undefined;
  private reportBroken: (error: Failed) => void = () => undefined;

  constructor(
    private readonly options: InstanceOptions,
    private readonly lock: Lock,
  ) {}

  async start(): Promise<Instance> {
    const { dataDir, say, signal } = this.options;
    const broken = new Promise<never>((_, reject) => (this.reportBroken = reject));
    broken.catch(() => undefined);
    await this.publicPort();
    await stopLeftovers(dataDir);
    say('Starting database and stream');
    const { databaseUrl, stream } = await startServers(dataDir, this.options.stream, say, (part, again) => {
      const kept = this.keeper(part.name, again, { patienceMs: SERVER_PATIENCE_MS });
      kept.keep(part);
      this.servers.push(kept);
    });
    signal?.throwIfAborted();
    say(`Preparing ${CONTEXTS.length} databases`);
    const { keys, databases, tokenOf } = await prepare(dataDir, databaseUrl);
    signal?.throwIfAborted();
    say('Starting services');
    const services = await this.addresses();
    const environment = async (name: ContextName | 'gateway', port: string): Promise<Variables> => ({
      PRIVITY_HOST: '127.0.0.1',
      PRIVITY_PORT: port,
      PRIVITY_STREAM: stream.kind,
      PRIVITY_KAFKA_BROKERS: stream.brokers.join(','),
      PRIVITY_SERVICES: JSON.stringify(services),
      PRIVITY_TRUST: keys.trust,
      PRIVITY_SERVICE_TOKEN: await tokenOf(name),
    });
    await Promise.all(
      CONTEXTS.map(async (name) => {
        const env = {
          PRIVITY_DATABASE_URL: databases[name].serviceUrl,
          PRIVITY_KEYS: keys.services[name],
          PRIVITY_INDEX_KEYS: name === 'audit' ? undefined : keys.index,
          PRIVITY_MEDIA_DIR: name === 'recording' ? dataDir.media : undefined,
          ...(name === 'registry' ? { PRIVITY_OUTBOX: dataDir.outbox, ...mailVariables() } : {}),
        };
        await Promise.all(
          services[name].map(async (url, at) => {
            const replica = at === 0 ? name : `${name}-${at + 1}`;
            const own = { ...(await environment(name, new URL(url).port)), ...env };
            await this.startKept(this.services, name, replica, url, own);
          }),
        );
      }),
    );
    signal?.throwIfAborted();
    // Looked at once more: another program may have taken it since, and would answer for our gateway.
    const httpPort = await this.publicPort();
    const url = `http://127.0.0.1:${httpPort}`;
    const env = await environment('gateway', String(httpPort));
    await this.startKept(this.gateway, 'gateway', 'gateway', url, env);
    await this.announce({ pid: process.pid, url, stream: stream.kind, brokers: stream.brokers, databaseUrl });
    return { dataDir, url, stream: stream.kind, broken, stop: () => this.stop() };
  }

  /** For commands that want something of this instance; holds the owner's way in, hence 0600. */
  private async announce(facts: RunningInstance): Promise<void> {
    const { instance } = this.options.dataDir;
    await writeFile(`${instance}.new`, JSON.stringify(facts), { mode: 0o600 });
    await rename(`${instance}.new`, instance);
  }

  stop(): Promise<void> {
    this.stopping ??= this.stopInOrder();
    return this.stopping;
  }

  private async stopInOrder(): Promise<void> {
    await rm(this.options.dataDir.instance, { force: true });
    for (const group of [this.gateway, this.services, this.servers]) {
      await Promise.all(group.map((part) => part.stop()));
    }
    await this.lock.release();
  }

  /** @throws Failed when it is taken, before anything is started for nothing */
  private async publicPort(): Promise<number> {
    const { httpPort, orAnyPort } = this.options;
    if (httpPort !== 0 && (await isPortFree(httpPort))) return httpPort;
    if (httpPort === 0 || orAnyPort === true) return freePort();
    throw new Failed(`Port ${httpPort} is taken. Set PRIVITY_HTTP_PORT to another one (0: any free one).`);
  }

  /** A free port for every replica of every service. */
  private async addresses(): Promise<Readonly<Record<ContextName, readonly string[]>>> {
    const { replicas = 1 } = this.options;
    const ports = await freePorts(CONTEXTS.length * replicas);
    const urls = CONTEXTS.map((name) => {
      const own = ports.splice(0, ALWAYS_ONE.includes(name) ? 1 : replicas);
      return [name, own.map((port) => `http://127.0.0.1:${port}`)] as const;
    });
    return Object.fromEntries(urls) as unknown as Record<ContextName, readonly string[]>;
  }

  private async startKept(group: KeptPart[], app: string, name: string, url: string, env: Variables): Promise<void> {
    // A service that cannot reach its database or broker would end at once, and again.
    const foundation = () => Promise.all(this.servers.map((server) => server.settled()));
    const part = this.keeper(name, () => startService(app, name, url, this.options.dataDir, env), { foundation });
    group.push(part);
    await part.start();
  }

  private keeper(
    name: string,
    start: () => Promise<StartedPart>,
    how: Pick<Keeping, 'foundation' | 'patienceMs'>,
  ): KeptPart {
    const giveUp = (why: Failed) => {
      if (!this.stopping) this.reportBroken(why);
    };
    return new KeptPart({ name, start, say: this.options.say, giveUp, ...how });
  }
}
