import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { Failed, WrongUse } from '../failures.js';
import { type Instance, startInstance } from '../launcher/instance.js';
import { invitation } from '../main-job/invitation.js';
import { runMainJob } from '../main-job/run.js';
import { table, writeReport } from '../main-job/report.js';
import { Progress } from '../progress.js';
import { type CommonOptions, dataDirOf, wholeNumber, withCommonOptions } from './options.js';

interface StartOptions extends CommonOptions {
  readonly stream?: 'kafka' | 'feed';
  readonly samples?: string;
  readonly calls: number;
  readonly exit?: true;
  readonly replicas: number;
}

const DEFAULT_PORT = 3000;

export function startCommand(): Command {
  return withCommonOptions(new Command('start'))
    .description('start Privity on this machine; with --samples play an export and check what became of it')
    .addOption(
      new Option('--stream <kind>', 'how services hear of events (default: kafka where it can run)').choices([
        'kafka',
        'feed',
      ]),
    )
    .option('--replicas <n>', 'processes each of routing, registry and recording (audit: always one)', replicas, 1)
    .option('--samples <dir>', 'play the calls of this export as live calls')
    .option('--calls <n>', 'how many of its calls, the first in time', wholeNumber, 2000)
    .option('--exit', 'stop when that is done; exit code 1 when anything is wrong')
    .action(start);
}

async function start(options: StartOptions): Promise<void> {
  if (options.samples !== undefined && !existsSync(join(options.samples, 'call_records.csv'))) {
    throw new WrongUse(`${options.samples} holds no call_records.csv`);
  }
  const progress = new Progress();
  const stopped = new StopRequest();
  const dataDir = dataDirOf(options);
  const instance = await startInstance({
    dataDir,
    ...(options.stream === undefined ? {} : { stream: options.stream }),
    ...publicPort(options.exit === true),
    replicas: options.replicas,
    say: (line) => progress.say(line),
    signal: stopped.signal,
  });
  try {
    progress.say(
      `Privity answers on ${instance.url} (stream: ${instance.stream}, logs: ${relative('.', dataDir.logs) || '.'})`,
    );
    const work =
      options.samples === undefined ? undefined : play(instance, options.samples, options, progress, stopped);
    // The work ends by itself when asked to stop: nothing is cut off in the middle of a call.
    await Promise.race([work, instance.broken]);
    if (options.exit !== true && !stopped.signal.aborted) {
      if (options.samples !== undefined) progress.say(`\n${await invitation(instance, options.samples)}`);
      progress.say('\nPress Ctrl-C to stop.');
      await Promise.race([stopped.requested, instance.broken]);
    }
    if (stopped.signal.aborted) {
      progress.say('Stopping');
      // What --exit was asked for was not finished.
      if (options.exit === true) process.exitCode = 1;
    }
  } finally {
    await instance.stop();
    stopped.dispose();
  }
}

const MOST_REPLICAS = 9;

function replicas(text: string): number {
  const count = wholeNumber(text);
  if (count > MOST_REPLICAS) throw new InvalidArgumentError(`At most ${MOST_REPLICAS} fit on one machine.`);
  return count;
}

async function play(
  instance: Instance,
  samples: string,
  { calls, json }: StartOptions,
  progress: Progress,
  stopped: StopRequest,
): Promise<void> {
  const { dataDir, url, stream } = instance;
  const job = { dataDir, url, stream, samples, calls, progress, signal: stopped.signal };
  const result = await runMainJob(job).catch(async (error: unknown) => {
    if (stopped.signal.aborted) return undefined;
    // When a service died under the job, which one it was says more than the request that failed by it.
    await Promise.race([instance.broken, sleep(1_000)]);
    throw error;
  });
  if (result === undefined) return;
  const { report } = result;
  if (json !== undefined) await writeReport(json, report, result.wrong);
  progress.say(`\n${table(report)}\n`);
  const wrong = [
    ...result.wrong,
    ...report.differences.map(
      ({ callId, decision, reason }) => `${callId} was left unrecorded: ${reason} (decision ${decision})`,
    ),
  ];
  if (wrong.length > 0) throw new Failed(`Not as it must be:\n  ${wrong.join('\n  ')}`);
  progress.say('Everything is as it must be.');
}

/** With --exit nobody will look for a certain port, so a taken one is no reason to fail. */
function publicPort(exits: boolean): { httpPort: number; orAnyPort: boolean } {
  const asked = process.env['PRIVITY_HTTP_PORT'];
  if (asked === undefined || asked === '') return { httpPort: DEFAULT_PORT, orAnyPort: exits };
  if (!/^\d{1,5}$/.test(asked) || Number(asked) > 65_535) throw new WrongUse('PRIVITY_HTTP_PORT is not a port number');
  return { httpPort: Number(asked), orAnyPort: false };
}

/** Ctrl-C, SIGTERM or a closed terminal. Asking again changes nothing: npm passes Ctrl-C on a second time. */
class StopRequest {
  private readonly controller = new AbortController();
  readonly signal = this.controller.signal;
  readonly requested = new Promise<void>((resolve) => this.signal.addEventListener('abort', () => resolve()));
  private readonly ask = () => this.controller.abort(new Failed('Stopped'));
  private static readonly SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

  constructor() {
    for (const name of StopRequest.SIGNALS) process.on(name, this.ask);
  }

  dispose(): void {
    for (const name of StopRequest.SIGNALS) process.removeListener(name, this.ask);
  }
}
