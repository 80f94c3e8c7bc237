import { rename, rm, writeFile } from 'node:fs/promises';
import { freePort, freePorts, isPortFree } from '@privity/one-machine';
import { CONTEXTS, type ContextName } from '@privity/service';
import { DataDir } from '../data-dir.js';
import { Failed } from '../failures.js';
import { type Lock, takeLock } from './lock.js';
import type { RunningInstance } from './running.js';
import { prepare } from './preparation.js';
import { type Part, lastLines, startService, type Variables } from './processes.js';
import { startServers } from './servers.js';

export interface InstanceOptions {
  readonly dataDir: DataDir;
  /** Undefined: the best this machine has. */
  readonly stream?: 'kafka' | 'feed';
  /** The public port; 0: a free one. */
  readonly httpPort: number;
  /** Another port does as well when that one is taken. */
  readonly orAnyPort?: boolean;
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
  /** Rejects when a part ends although nobody asked it to; says which and where its log is. */
  readonly broken: Promise<never>;
  /** Stops every part, the gateway first and the database last. May be called again. */
  stop(): Promise<void>;
}

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
  private readonly gateway: Part[] = [];
  private readonly services: Part[] = [];
  private readonly servers: Part[] = [];
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
    say('Starting database and stream');
    const { databaseUrl, stream } = await startServers(dataDir, this.options.stream, say, (part) =>
      this.servers.push(this.watch(part)),
    );
    signal?.throwIfAborted();
    say(`Preparing ${CONTEXTS.length} databases`);
    const { keys, databases, tokenOf } = await prepare(dataDir, databaseUrl);
    signal?.throwIfAborted();
    say('Starting services');
    const ports = await freePorts(CONTEXTS.length);
    const urls = Object.fromEntries(CONTEXTS.map((name, at) => [name, `http://127.0.0.1:${ports[at]}`]));
    const environment = async (name: ContextName | 'gateway', port: string): Promise<Variables> => ({
      PRIVITY_HOST: '127.0.0.1',
      PRIVITY_PORT: port,
      PRIVITY_STREAM: stream.kind,
      PRIVITY_KAFKA_BROKERS: stream.brokers.join(','),
      PRIVITY_SERVICES: JSON.stringify(urls),
      PRIVITY_TRUST: keys.trust,
      PRIVITY_SERVICE_TOKEN: await tokenOf(name),
    });
    await Promise.all(
      CONTEXTS.map(async (name) => {
        const url = urls[name] as string;
        const env = {
          ...(await environment(name, new URL(url).port)),
          PRIVITY_DATABASE_URL: databases[name].serviceUrl,
          PRIVITY_KEYS: keys.services[name],
          PRIVITY_INDEX_KEYS: name === 'audit' ? undefined : keys.index,
          PRIVITY_MEDIA_DIR: name === 'recording' ? dataDir.media : undefined,
        };
        const service = await startService(name, url, dataDir.logOf(name), env);
        this.services.push(this.watch(service));
        await service.well;
      }),
    );
    signal?.throwIfAborted();
    // Looked at once more: another program may have taken it since, and would answer for our gateway.
    const httpPort = await this.publicPort();
    const url = `http://127.0.0.1:${httpPort}`;
    const env = await environment('gateway', String(httpPort));
    const gateway = await startService('gateway', url, dataDir.logOf('gateway'), env);
    this.gateway.push(this.watch(gateway));
    await gateway.well;
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

  private watch(part: Part): Part {
    void part.exited.then(async () => {
      if (this.stopping) return;
      const log = await lastLines(part.logFile);
      this.reportBroken(new Failed(`${part.name} ended unexpectedly; Privity stops.${log}`));
    });
    return part;
  }
}
