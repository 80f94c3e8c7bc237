import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PrivityClient } from '@privity/client';
import type { Role } from '@privity/service/installation';
import type { DataDir } from '../data-dir.js';
import { Failed } from '../failures.js';
import { clientFor } from '../launcher/running.js';
import type { Progress } from '../progress.js';
import { checkMainJob } from './checking.js';
import { readCalls, readTimezones } from './export.js';
import { Journal } from './journal.js';
import { MemoryWatch, peakMemory } from './memory.js';
import { patiently } from './patience.js';
import { playCalls } from './player.js';
import { importLists, setPolicies } from './preparing.js';
import type { MainJobReport } from './report.js';
import { PATIENCE_MS, waitUntilQuiet } from './settling.js';

export interface MainJob {
  readonly dataDir: DataDir;
  readonly url: string;
  readonly stream: 'kafka' | 'feed';
  /** Folder of the export. */
  readonly samples: string;
  /** How many of its calls, the first in time. */
  readonly calls: number;
  readonly progress: Progress;
  /** Aborted: no further call is begun. */
  readonly signal: AbortSignal;
}

export interface MainJobResult {
  readonly report: MainJobReport;
  /** Whatever is not as it must be; empty when all is well. */
  readonly wrong: readonly string[];
}

/** Routing asks for the registry's heartbeat every two seconds: after two of them its view is the registry's own. */
const TWO_HEARTBEATS_MS = 4_500;

/** Imports an export, plays its calls as live ones through the public port, and checks everything afterwards. */
export async function runMainJob(job: MainJob): Promise<MainJobResult> {
  const started = performance.now();
  const calls = await readCalls(job.samples, job.calls);
  const journal = new Journal(job.dataDir.journal);
  const clients: PrivityClient[] = [];
  const as = async (subject: string, roles: readonly Role[], connections = 4) => {
    const client = await clientFor(job.dataDir, job.url, `main-job-${subject}`, roles, {
      connections,
      attempts: patiently,
    });
    clients.push(client);
    return client;
  };
  try {
    journal.bindTo(await digestOf(job.samples));
    await prepare(job, await as('registrar', ['registrar', 'operator']));
    const dialler = await as('dialler', ['dialler', 'simulate'], 64);
    const progress = job.progress.bar('Playing calls', calls.length);
    const memory = new MemoryWatch(() => peakMemory(job.dataDir), calls.length);
    const played = (done: number) => {
      memory.played(done);
      progress.to(done);
    };
    await playCalls(calls, { client: dialler, journal, progress: played, signal: job.signal });
    progress.done();
    const memoryUse = memory.end();
    const { figures, wrong } = await checkMainJob({ job, calls, journal, as });
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    return { report: { ...figures, memory: memoryUse, seconds }, wrong };
  } finally {
    journal.close();
    await Promise.all(clients.map((client) => client.close()));
  }
}

async function prepare({ samples, progress }: MainJob, client: PrivityClient): Promise<void> {
  progress.say(`Importing ${samples}`);
  await importLists(client, samples, (line) => progress.say(line));
  await setPolicies(client, (await readTimezones(samples)).keys());
  await waitUntilQuiet(client, PATIENCE_MS);
  await sleep(TWO_HEARTBEATS_MS);
}

/** Tells one export from another: the SHA-256 of its call records. */
async function digestOf(samples: string): Promise<string> {
  const file = join(samples, 'call_records.csv');
  const bytes = await readFile(file).catch(() => {
    throw new Failed(`${samples} holds no call_records.csv`);
  });
  return createHash('sha256').update(bytes).digest('hex');
}
