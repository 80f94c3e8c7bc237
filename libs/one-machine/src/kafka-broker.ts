import { existsSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { type Child, dyingWithParent, run, startChild, stopOrphan } from './child.js';
import { KAFKA_RECIPE, kafkaJars } from './kafka-jars.js';
import { MachineProblem } from './machine-problem.js';

/** What one broker of one or more is told at its start. */
export interface BrokerPlan {
  readonly dataDir: string;
  /** Folder of the log segments. */
  readonly logsDir: string;
  readonly logFile: string;
  readonly id: number;
  readonly port: number;
  /** Controller port of every broker, by id: each is a controller too. */
  readonly voters: ReadonlyMap<number, number>;
  readonly clusterId: string;
  readonly heapMiB: number;
}

/** Kafka's ids are base64url; one that began with a dash would read as an option. */
export function newClusterId(): string {
  return `k${randomBytes(16).toString('base64url').slice(1)}`;
}

/**
 * Starts one broker and waits until it answers; undefined when one of its ports was taken.
 * @throws MachineProblem
 */
export async function startBroker(plan: BrokerPlan, jarsDir: string | undefined): Promise<Child | undefined> {
  const { dataDir, logFile, id, port } = plan;
  const java = await javaCommand();
  const jars = jarsDir ?? (await kafkaJars());
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await stopOrphan(join(dataDir, 'kafka.pid'), dataDir, 'SIGTERM');
  const properties = join(dataDir, 'server.properties');
  const jvm = [
    ...[java, '-Xms128m', `-Xmx${plan.heapMiB}m`, '-XX:+UseSerialGC', '-Djava.awt.headless=true'],
    `-Dlog4j2.configurationFile=${join(KAFKA_RECIPE, 'log4j2.properties')}`,
    ...['-cp', join(jars, '*')],
  ];
  await writeFile(properties, settings(plan), { mode: 0o600 });
  await ensureFormatted(plan, properties, jvm);
  const logged = (await stat(logFile).catch(() => undefined))?.size ?? 0;
  const command = dyingWithParent([...jvm, 'kafka.Kafka', properties], 'TERM');
  const broker = await startChild(command, { logFile, cwd: dataDir, exitSignal: 'SIGTERM' });
  await writeFile(join(dataDir, 'kafka.pid'), `${broker.pid}\n`);
  if (await answers(id, port, broker)) return broker;
  await broker.stop('SIGTERM', 5_000);
  const said = (await readFile(logFile, 'utf8').catch(() => '')).slice(logged);
  if (said.includes('Address already in use')) return undefined;
  const line = said.split('\n').find((text) => / (ERROR|FATAL) |Exception/.test(text)) ?? 'it said nothing';
  throw new MachineProblem('kafka-failed', `Kafka did not start: ${line.slice(0, 300)} (log: ${logFile})`);
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

function settings({ id, port, logsDir, voters }: BrokerPlan): string {
  const replicas = Math.min(3, voters.size);
  const majority = Math.min(2, replicas);
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': id,
    // Static voters: a dynamic quorum would remember the port of the first start.
    'controller.quorum.voters': [...voters].map(([voter, controller]) => `${voter}@127.0.0.1:${controller}`).join(','),
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${voters.get(id)}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': logsDir.replaceAll('\\', '/'),
    'auto.create.topics.enable': false,
    'log.retention.ms': -1,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': majority,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': majority,
    'group.initial.rebalance.delay.ms': 0,
    'log.cleaner.dedupe.buffer.size': 16_777_216,
    'num.network.threads': 2,
    'num.io.threads': 4,
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

async function ensureFormatted(
  { dataDir, logsDir, clusterId }: BrokerPlan,
  properties: string,
  jvm: readonly string[],
): Promise<void> {
  if (existsSync(join(logsDir, 'meta.properties'))) return;
  const format = ['kafka.tools.StorageTool', 'format', '--ignore-formatted', '-t', clusterId, '-c', properties];
  const { code, stdout, stderr } = await run([...jvm, ...format], { cwd: dataDir });
  if (code !== 0)
    throw new MachineProblem('kafka-failed', `Kafka could not format its data folder: ${stderr || stdout}`);
}

async function answers(id: number, port: number, broker: Child): Promise<boolean> {
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
      .then(({ brokers }) => brokers.some(({ nodeId }) => nodeId === id))
      .catch(() => false);
    await admin.disconnect().catch(() => undefined);
    if (ready) return broker.isRunning();
    await sleep(200);
  }
  return false;
}
