import type { PrivityClient } from '@privity/client';
import type { Role } from '@privity/service/installation';
import { logKey } from '../audit-log/read-log.js';
import { audioSeconds, generatedAudio } from './audio.js';
import { readFeeds, readLogEvidence, verifyProofs } from './evidence.js';
import { Expectation } from './expectation.js';
import type { RecordedCall } from './export.js';
import { bytesOfOthers, examineCalls } from './findings.js';
import type { Journal } from './journal.js';
import { checkListening, checkVault } from './listening.js';
import { mediaFiles } from './media-files.js';
import type { MainJobReport } from './report.js';
import type { MainJob } from './run.js';
import { headVector, PATIENCE_MS, waitForLog, waitUntilQuiet } from './settling.js';

/** A main job whose calls are all played. */
export interface Played {
  readonly job: MainJob;
  readonly calls: readonly RecordedCall[];
  readonly journal: Journal;
  /** A client of the public port for a person with these roles. */
  readonly as: (subject: string, roles: readonly Role[], connections?: number) => Promise<PrivityClient>;
}

export type Figures = Omit<MainJobReport, 'seconds' | 'memory'>;

export interface Checked {
  readonly figures: Figures;
  /** Whatever is not as it must be; empty when all is well. */
  readonly wrong: readonly string[];
}

const PROOFS = 100;

/** Holds what the services did against the export, the media folder and the log, and says what is not as it must be. */
export async function checkMainJob({ job, calls, journal, as }: Played): Promise<Checked> {
  const { dataDir, progress } = job;
  const wrong: string[] = [];
  const auditor = await as('auditor', ['auditor', 'operator'], 8);
  progress.say('Waiting until every service has seen every call');
  await waitUntilQuiet(auditor, PATIENCE_MS);
  progress.say('Listening to one recording, and being refused');
  wrong.push(...(await listen(calls, journal, as, auditor)));
  progress.say('Decrypting every recording inside the vault');
  const vault = await checkVault(auditor, PATIENCE_MS);
  if (vault.mismatches.length > 0)
    wrong.push(`recordings that do not match: ${vault.mismatches.slice(0, 3).join(', ')}`);

  progress.say('Reading the audit log from outside');
  const heads = await headVector(auditor, PATIENCE_MS);
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
  const figures: Figures = {
    stream: job.stream,
    calls: calls.length,
    ...tally,
    events: published.size,
    eventsInLog: published.sharedWith(evidence.events),
    eventsByType: evidence.byType,
    replayed: evidence.replay.replayed,
    replayMismatches: evidence.replay.mismatches.length,
    proofsVerified,
    audioBytesDecrypted: vault.bytes - bytesOfOthers(files, own, evidence),
  };
  return { figures, wrong: [...wrong, ...wrongFigures(figures, evidence.decisions.size, evidence.events.size)] };
}

function wrongFigures(figures: Figures, decisions: number, logged: number): string[] {
  const must = (holds: boolean, what: string) => (holds ? [] : [what]);
  return [
    ...must(figures.protectedRecorded === 0, `${figures.protectedRecorded} protected calls were recorded`),
    ...must(
      figures.eventsInLog === figures.events && logged === figures.events,
      `${figures.events} events were published, ${figures.eventsInLog} of them are in the log, which has ${logged}`,
    ),
    ...must(figures.events > 0, 'there are no events'),
    ...must(figures.replayed === decisions, `${figures.replayed} of ${decisions} decisions were derived again`),
    ...must(
      figures.replayMismatches === 0,
      `${figures.replayMismatches} decisions came out otherwise when derived again`,
    ),
    ...must(figures.proofsVerified === Math.min(PROOFS, logged), `only ${figures.proofsVerified} proofs hold`),
    ...must(
      figures.audioBytesSent === figures.audioBytesDecrypted,
      `${figures.audioBytesSent} bytes of audio were sent, ${figures.audioBytesDecrypted} come back`,
    ),
  ];
}

async function listen(
  calls: readonly RecordedCall[],
  journal: Journal,
  as: Played['as'],
  auditor: PrivityClient,
): Promise<string[]> {
  for (const call of calls) {
    const { recording, bytes } = journal.played(call.callId) ?? {};
    if (recording === undefined || bytes === undefined) continue;
    const sent = generatedAudio(call.callId, audioSeconds(call.callId, call.seconds));
    const investigator = await as('investigator', ['investigator']);
    const outsider = await as('outsider', ['dialler']);
    return checkListening({ investigator, outsider, auditor }, recording, sent.subarray(0, bytes));
  }
  return calls.length < 50 ? [] : ['no call was recorded, so none could be listened to'];
}
