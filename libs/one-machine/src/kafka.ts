import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { type Child, dyingWithParent, run, startChild, stopOrphan } from './child.js';
import { KAFKA_RECIPE, kafkaJars } from './kafka-jars.js';
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
 * @throws MachineProblem `java-missing` and `maven-missing` say what to install
 */
export async function startKafka(options: {
  dataDir: string;
  jarsDir?: string;
  port?: number;
  logFile?: string;
}): Promise<RunningKafka> {
  const dataDir = resolve(options.dataDir);
  const java = await javaCommand();
  const jars = options.jarsDir ?? (await kafkaJars());
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await stopOrphan(join(dataDir, 'kafka.pid'), dataDir, 'SIGTERM');
  const logFile = resolve(options.logFile ?? join(dataDir, 'kafka.log'));
  const properties = join(dataDir, 'server.properties');
  const jvm = [
    ...[java, '-Xms128m', '-Xmx384m', '-XX:+UseSerialGC', '-Djava.awt.headless=true'],
    `-Dlog4j2.configurationFile=${join(KAFKA_RECIPE, 'log4j2.properties')}`,
    ...['-cp', join(jars, '*')],
  ];
  for (let attempt = 1; ; attempt++) {
    const [free, controller] = (await freePorts(2)) as [number, number];
    const port = options.port ?? free;
    await writeFile(properties, settings(dataDir, port, controller), { mode: 0o600 });
    await ensureFormatted(dataDir, properties, jvm);
    const logged = (await stat(logFile).catch(() => undefined))?.size ?? 0;
    const command = dyingWithParent([...jvm, 'kafka.Kafka', properties], 'TERM');
    const broker = await startChild(command, { logFile, cwd: dataDir, exitSignal: 'SIGTERM' });
    await writeFile(join(dataDir, 'kafka.pid'), `${broker.pid}\n`);
    if (await answers(port, broker)) {
      return {
        brokers: [`127.0.0.1:${port}`],
        port,
        pid: broker.pid,
        logFile,
        exited: broker.exited,
        stop: () => broker.stop('SIGTERM', 30_000),
      };
    }
    await broker.stop('SIGTERM', 5_000);
    const said = (await readFile(logFile, 'utf8').catch(() => '')).slice(logged);
    // Somebody took one of the two ports first: take others.
    if (attempt < 4 && options.port === undefined && said.includes('Address already in use')) continue;
    const line = said.split('\n').find((text) => / (ERROR|FATAL) |Exception/.test(text)) ?? 'it said nothing';
    throw new MachineProblem('kafka-failed', `Kafka did not start: ${line.slice(0, 300)} (log: ${logFile})`);
  }
}

/** The `java` to run, JAVA_HOME's first; 17 or newer, as Kafka 4 needs. */
export async function javaCommand(): Promise<string> {
  const home = process.env['JAVA_HOME'];
  const java = home ? join(home, 'bin', 'java') : 'java';
  const { code, stderr, stdout } = await run([java, '-version']);
  const major = Number(/version "(\d+)/.exec(stderr + stdout)?.[1] ?? 0);
  if (code !== 0 || major === 0) throw new MachineProblem('java-missing', 'Java is not installed');
  if (major < 17) throw new MachineProblem('java-missing', `Java is ${major}, and Kafka needs 17 or newer`);
  return java;
}

function settings(dataDir: string, port: number, controller: number): string {
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    // Static voters: a dynamic quorum would remember the port of the first start.
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': join(dataDir, 'logs').replaceAll('\\', '/'),
    'auto.create.topics.enable': false,
    'log.retention.ms': -1,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'log.cleaner.dedupe.buffer.size': 16_777_216,
    'num.network.threads': 2,
    'num.io.threads': 4,
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

async function ensureFormatted(dataDir: string, properties: string, jvm: readonly string[]): Promise<void> {
  if (existsSync(join(dataDir, 'logs', 'meta.properties'))) return;
  // Kafka's ids are base64url; one that began with a dash would read as an option.
  const clusterId = `k${randomBytes(16).toString('base64url').slice(1)}`;
  const format = ['kafka.tools.StorageTool', 'format', '--ignore-formatted', '-t', clusterId, '-c', properties];
  const { code, stdout, stderr } = await run([...jvm, ...format], { cwd: dataDir });
  if (code !== 0)
    throw new MachineProblem('kafka-failed', `Kafka could not format its data folder: ${stderr || stdout}`);
}

async function answers(port: number, broker: Child): Promise<boolean> {
  const kafka = new Kafka({
    clientId: 'privity-launcher',
    brokers: [`127.0.0.1:${port}`],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    retry: { retries: 0 },
  });
  for (const deadline = Date.now() + 90_000; Date.now() < deadline && broker.isRunning();) {
    const admin = kafka.admin();
    const ready = await admin
      .connect()
      .then(() => admin.describeCluster())
      .then(({ brokers }) => brokers.length > 0)
      .catch(() => false);
    await admin.disconnect().catch(() => undefined);
    if (ready) return broker.isRunning();
    await sleep(200);
  }
  return false;
}
