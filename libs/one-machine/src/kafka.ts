import { join, resolve } from 'node:path';
import { newClusterId, startBroker } from './kafka-broker.js';
import { freePorts } from './loopback-port.js';
import { MachineProblem } from './machine-problem.js';

export interface RunningKafka {
  /** `host:port`, as clients take them. */
  readonly brokers: readonly string[];
  readonly port: number;
  readonly pid: number;
  readonly logFile: string;
  /** Settles when the broker is gone, asked for or not. */
  readonly exited: Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a single Apache Kafka broker (KRaft) on 127.0.0.1 with its data in `dataDir`. Topics are never made by
 * accident: auto-creation is off. Starts again on existing data, on other ports if need be.
 * @param options.jarsDir default: `kafkaJars()`, which fetches them on first use
 * @param options.port a free one when not given
 * @param options.logFile default `<dataDir>/kafka.log`
 * @param options.logsDir where the log segments stand, default `<dataDir>/logs`
 * @throws MachineProblem `java-missing` and `maven-missing` say what to install
 */
export async function startKafka(options: {
  dataDir: string;
  jarsDir?: string;
  port?: number;
  logFile?: string;
  logsDir?: string;
}): Promise<RunningKafka> {
  const dataDir = resolve(options.dataDir);
  const logFile = resolve(options.logFile ?? join(dataDir, 'kafka.log'));
  const logsDir = resolve(options.logsDir ?? join(dataDir, 'logs'));
  const clusterId = newClusterId();
  for (let attempt = 1; attempt <= 4; attempt++) {
    const [free, controller] = (await freePorts(2)) as [number, number];
    const port = options.port ?? free;
    // Static voters: a dynamic quorum would remember the port of the first start.
    const voters = new Map([[1, controller]]);
    const plan = { dataDir, logsDir, logFile, id: 1, port, voters, clusterId, heapMiB: 384 };
    const broker = await startBroker(plan, options.jarsDir);
    if (broker !== undefined) {
      return {
        brokers: [`127.0.0.1:${port}`],
        port,
        pid: broker.pid,
        logFile,
        exited: broker.exited,
        stop: () => broker.stop('SIGTERM', 30_000),
      };
    }
    // Somebody took one of the two ports first: take others.
    if (options.port !== undefined) break;
  }
  throw new MachineProblem('kafka-failed', `Kafka did not start: its port is taken (log: ${logFile})`);
}
