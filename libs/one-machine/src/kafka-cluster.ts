import { join, resolve } from 'node:path';
import type { Child } from './child.js';
import { newClusterId, startBroker } from './kafka-broker.js';
import { freePorts } from './loopback-port.js';
import { MachineProblem } from './machine-problem.js';

/** One broker of a cluster. It keeps its ports and its data, so that it can go and come back. */
export interface ClusterBroker {
  /** As Kafka's metadata names it. */
  readonly id: number;
  readonly address: string;
  /** Of the process that runs now, or ran last. */
  readonly pid: number;
  isRunning(): boolean;
  /** SIGKILL. Resolves when it is gone. */
  kill(): Promise<void>;
  /** As an operator stops it: its partitions are handed over first. */
  stop(): Promise<void>;
  /** Starts it again on its data; resolves when it answers. */
  start(): Promise<void>;
}

export interface RunningKafkaCluster {
  /** `host:port` of each, as clients take them. */
  readonly brokers: readonly string[];
  readonly members: readonly ClusterBroker[];
  stop(): Promise<void>;
}

/**
 * Starts several Apache Kafka brokers on 127.0.0.1, each a controller too, with replicated internal topics: what a state
 * runs on several machines, to be broken on one.
 * @param options.size an odd number, 3 unless given
 * @param options.heapMiB of each broker, 256 unless given
 * @throws MachineProblem
 */
export async function startKafkaCluster(options: {
  dataDir: string;
  size?: number;
  heapMiB?: number;
  jarsDir?: string;
}): Promise<RunningKafkaCluster> {
  for (let attempt = 1; attempt <= 4; attempt++) {
    const members = await planned(options);
    const started = await Promise.allSettled(members.map((member) => member.start()));
    // None is left to hand over to: what they have written is on their disks.
    const stop = async () => void (await Promise.all(members.map((member) => member.kill())));
    const failed = started.find((one) => one.status === 'rejected');
    if (failed === undefined) return { brokers: members.map(({ address }) => address), members, stop };
    await stop();
    if (!(failed.reason instanceof PortTaken)) throw failed.reason;
  }
  throw new MachineProblem('kafka-failed', 'Kafka did not start: its ports were taken again and again');
}

class PortTaken extends MachineProblem {
  constructor(port: number, logFile: string) {
    super('kafka-failed', `Kafka did not start: port ${port} or its controller's is taken (log: ${logFile})`);
  }
}

async function planned(options: {
  dataDir: string;
  size?: number;
  heapMiB?: number;
  jarsDir?: string;
}): Promise<ClusterBroker[]> {
  const { size = 3, heapMiB = 256 } = options;
  const ports = await freePorts(size * 2);
  const ids = Array.from({ length: size }, (_, at) => at + 1);
  const voters = new Map(ids.map((id) => [id, ports[size + id - 1] as number]));
  const clusterId = newClusterId();
  return ids.map((id) => {
    const dataDir = join(resolve(options.dataDir), `broker-${id}`);
    const logFile = join(dataDir, 'kafka.log');
    const port = ports[id - 1] as number;
    const plan = { dataDir, logsDir: join(dataDir, 'logs'), logFile, id, port, voters, clusterId, heapMiB };
    let child: Child | undefined;
    return {
      id,
      address: `127.0.0.1:${port}`,
      get pid() {
        return child?.pid ?? -1;
      },
      isRunning: () => child?.isRunning() ?? false,
      kill: async () => child?.stop('SIGKILL', 5_000),
      stop: async () => child?.stop('SIGTERM', 60_000),
      start: async () => {
        child = await startBroker(plan, options.jarsDir);
        if (child === undefined) throw new PortTaken(port, logFile);
      },
    };
  });
}
