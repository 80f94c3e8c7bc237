import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PrivityClient } from '@privity/client';
import type { Role } from '@privity/service';
import { logKey } from '../audit-log/read-log.js';
import type { DataDir } from '../data-dir.js';
import { Failed } from '../failures.js';
import { clientFor } from '../launcher/running.js';
import type { Progress } from '../progress.js';
import { audioSeconds, generatedAudio } from './audio.js';
import { readFeeds, readLogEvidence, verifyProofs } from './evidence.js';
import { Expectation } from './expectation.js';
import { readCalls, readTimezones, type RecordedCall } from './export.js';
import { bytesOfOthers, examineCalls, inLog } from './findings.js';
import { Journal } from './journal.js';
import { checkListening, checkVault } from './listening.js';
import { mediaFiles } from './media-files.js';
import { playCalls } from './player.js';
import { importLists, setPolicies } from './preparing.js';
import type { MainJobReport } from './report.js';
import { headVector, waitForLog, waitUntilQuiet } from './settling.js';

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

const PROOFS = 100;
/** How long no event and no checkpoint may move before a wait is given up. */
const PATIENCE_MS = 60_000;
/** Routing asks for the registry's heartbeat every two seconds: after two of them its view is the registry's own. */
const TWO_HEARTBEATS_MS = 4_500;

/** Imports an export, plays its calls as live ones through the public port, and checks everything afterwards. */
export async function runMainJob(job: MainJob): Promise<MainJobResult> {
  const started = performance.now();
  const calls = await readCalls(job.samples, job.calls);
  const journal = new Journal(job.dataDir.journal);
  const clients: PrivityClient[] = [];
  const as = async (subject: string, roles: readonly Role[], connections = 4) => {
    const client = await clientFor(job.dataDir, job.url, `main-job-${subject}`, roles, connections);
    clients.push(client);
    return client;
  };
  try {
    journal.bindTo(await digestOf(job.samples));
    await prepare(job, await as('registrar', ['registrar', 'operator']));
    const dialler = await as('dialler', ['dialler', 'simulate'], 64);
    const progress = job.progress.bar('Playing calls', calls.length);
    await playCalls(calls, { client: dialler, journal, progress: progress.to, signal: job.signal });
    progress.done();
    return await check(job, calls, journal, as, started);
  } finally {
    journal.close();
    await Promise.all(clients.map((client) => client.close()));
  }
}

type ClientAs = (subject: string, roles: readonly Role[], connections?: number) => Promise<PrivityClient>;

async function prepare({ samples, progress }: MainJob, client: PrivityClient): Promise<void> {
  progress.say(`Importing ${samples}`);
  await importLists(client, samples, (line) => progress.say(line));
  await setPolicies(client, (await readTimezones(samples)).keys());
  await waitUntilQuiet(client, PATIENCE_MS);
  await sleep(TWO_HEARTBEATS_MS);
}

async function check(
  job: MainJob,
  calls: readonly RecordedCall[],
  journal: Journal,
  as: ClientAs,
  started: number,
): Promise<MainJobResult> {
  const { dataDir, progress } = job;
  const wrong: string[] = [];
  const auditor = await as('auditor', ['auditor', 'operator'], 8);
  progress.say('Waiting until every service has seen every call');
  await waitUntilQuiet(auditor, PATIENCE_MS);
  progress.say('Listening to one recording, and being refused');
  wrong.push(...(await listen(calls, journal, as, auditor)));
  progress.say('Decrypting every recording inside the vault');
  const vault = await checkVault(auditor);
  if (vault.mismatches.length > 0)
    wrong.push(`recordings that do not match: ${vault.mismatches.slice(0, 3).join(', ')}`);

  progress.say('Reading the audit log from outside');
  const heads = await headVector(auditor);
  await waitForLog(auditor, heads, PATIENCE_MS);
  const vkey = await logKey(dataDir);
  const evidence = await readLogEvidence(auditor, dataDir, vkey, heads, PROOFS);
  if (!evidence.rootOk) wrong.push('the root computed from the log is not the one it signed');
  progress.say('Comparing it with what each service published');
  const published = await readFeeds(auditor, heads);
  const proofsVerified = await verifyProofs(auditor, evidence.drawn, vkey);

  const expectation = await Expectation.read(job.samples);
  const { files, strangers } = await mediaFiles(dataDir.media);
  if (strangers.length > 0)
    wrong.push(`files in the media folder that are no recordings: ${strangers.slice(0, 3).join(', ')}`);
  const { wrong: wrongCalls, ...tally } = examineCalls(calls, (id) => journal.played(id), expectation, files, evidence);
  wrong.push(...wrongCalls);
  const own = new Set(calls.map(({ callId }) => callId));
  const report: MainJobReport = {
    stream: job.stream,
    calls: calls.length,
    ...tally,
    events: published.size,
    eventsInLog: inLog(published, evidence.events),
    replayed: evidence.replay.replayed,
    replayMismatches: evidence.replay.mismatches.length,
    proofsVerified,
    audioBytesDecrypted: vault.bytes - bytesOfOthers(files, own, evidence),
    seconds: Math.round((performance.now() - started) / 100) / 10,
  };
  return { report, wrong: [...wrong, ...wrongFigures(report, evidence.decisions.size, evidence.events.size)] };
}

function wrongFigures(report: MainJobReport, decisions: number, logged: number): string[] {
  const must = (holds: boolean, what: string) => (holds ? [] : [what]);
  return [
    ...must(report.protectedRecorded === 0, `${report.protectedRecorded} protected calls were recorded`),
    ...must(
      report.eventsInLog === report.events && logged === report.events,
      `${report.events} events were published, ${report.eventsInLog} of them are in the log, which has ${logged}`,
    ),
    ...must(report.events > 0, 'there are no events'),
    ...must(report.replayed === decisions, `${report.replayed} of ${decisions} decisions were derived again`),
    ...must(
      report.replayMismatches === 0,
      `${report.replayMismatches} decisions came out otherwise when derived again`,
    ),
    ...must(report.proofsVerified === Math.min(PROOFS, logged), `only ${report.proofsVerified} proofs hold`),
    ...must(
      report.audioBytesSent === report.audioBytesDecrypted,
      `${report.audioBytesSent} bytes of audio were sent, ${report.audioBytesDecrypted} come back`,
    ),
  ];
}

async function listen(
  calls: readonly RecordedCall[],
  journal: Journal,
  as: ClientAs,
  auditor: PrivityClient,
): Promise<string[]> {
  for (const call of calls) {
    const { recording, bytes } = journal.played(call.callId) ?? {};
    if (recording === undefined || bytes === undefined) continue;
    const sent = generatedAudio(call.callId, audioSeconds(call.callId, call.seconds));
    const investigator = await as('investigator', ['investigator']);
    const outsider = await as('outsider', ['dialler']);
    return checkListening({ investigator, outsider, auditor }, recording, sent);
  }
  return calls.length < 50 ? [] : ['no call was recorded, so none could be listened to'];
}

/** Tells one export from another: the SHA-256 of its call records. */
async function digestOf(samples: string): Promise<string> {
  const file = join(samples, 'call_records.csv');
  const bytes = await readFile(file).catch(() => {
    throw new Failed(`${samples} holds no call_records.csv`);
  });
  return createHash('sha256').update(bytes).digest('hex');
}
