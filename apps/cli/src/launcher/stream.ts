import { readFile, writeFile } from 'node:fs/promises';
import { MachineProblem, type RunningKafka, startKafka } from '@privity/one-machine';
import type { DataDir } from '../data-dir.js';
import { Failed } from '../failures.js';

export interface Stream {
  readonly kind: 'kafka' | 'feed';
  readonly brokers: readonly string[];
  /** The broker that was started for this instance. */
  readonly started?: RunningKafka;
}

/**
 * KAFKA_BROKERS when given; otherwise a local Kafka where this machine can run one; otherwise the publishers' own
 * feeds, with one line that says why and how to get Kafka.
 * @param asked what `--stream` says; undefined: the best there is
 */
export async function provideStream(
  asked: 'kafka' | 'feed' | undefined,
  dataDir: DataDir,
  say: (line: string) => void,
): Promise<Stream> {
  const stream = await chooseStream(asked, dataDir, say);
  await writeFile(dataDir.streamKind, stream.kind);
  return stream;
}

/** What a data folder ran with last: a command that starts it for a moment leaves that as it is. */
export async function lastStream(dataDir: DataDir): Promise<'kafka' | 'feed' | undefined> {
  const kind = await readFile(dataDir.streamKind, 'utf8').catch(() => undefined);
  return kind === 'kafka' || kind === 'feed' ? kind : undefined;
}

async function chooseStream(
  asked: 'kafka' | 'feed' | undefined,
  dataDir: DataDir,
  say: (line: string) => void,
): Promise<Stream> {
  if (asked === 'feed') return { kind: 'feed', brokers: [] };
  const given = process.env['KAFKA_BROKERS']?.split(',').map((broker) => broker.trim());
  if (given !== undefined && given.length > 0 && given[0] !== '') return { kind: 'kafka', brokers: given };
  try {
    const started = await startLocalKafka(dataDir);
    return { kind: 'kafka', brokers: started.brokers, started };
  } catch (error) {
    if (!(error instanceof MachineProblem)) throw error;
    if (asked === 'kafka') throw new Failed(`Kafka was asked for, but: ${error.message}. ${REMEDY}`);
    say(`Without Kafka, services read each other's feed instead: ${error.message}. ${REMEDY}`);
    return { kind: 'feed', brokers: [] };
  }
}

/** @param port the one that clients know, where it ran before */
export function startLocalKafka(dataDir: DataDir, port?: number): Promise<RunningKafka> {
  const where = { dataDir: dataDir.kafka, logFile: dataDir.logOf('kafka') };
  return startKafka({ ...where, ...(port === undefined ? {} : { port }) });
}

const REMEDY =
  'For Kafka install Java 17 or newer and Maven (Debian: apt install openjdk-17-jre-headless maven), or set KAFKA_BROKERS.';
