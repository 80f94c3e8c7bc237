import type { FaultyRun } from './faulty-run.js';
import type { Report } from './job.js';
import type { Plan } from './plan.js';

/** Why a call may have gone unrecorded when a process died: a stale registry, or a recorder that died with it (P1, P3). */
const LAWFUL = [
  'registry-stale',
  // A recorder had taken the call and died, or its database did, before it began.
  'media-refused: already-recorded',
  'media-refused: permit-refused',
];

/** How often each must be there, whatever died: one too few is an event lost, one too many an event doubled. */
const SAME_COUNT = [
  'registry.NumberProtected',
  'registry.AttorneyListed',
  'registry.AttorneyListingChanged',
  'registry.ListImported',
  'routing.FacilityListed',
  'routing.FacilityPolicySet',
  'routing.JurisdictionRulesSet',
  'routing.CallerListed',
  'routing.CallerMoved',
  'routing.DirectoryImported',
  'routing.CallDecided',
  'routing.CallConnected',
  'routing.CallEnded',
];

/** Holds a run whose processes were killed against the clean one of the same calls. @returns what does not hold */
export function broken(plan: Plan, { report, kills }: Omit<FaultyRun, 'seconds'>, clean: Report): string[] {
  const wrong: string[] = report.wrong.map((one) => `the main job says: ${one}`);
  const equal = (what: string, is: unknown, must: unknown) => {
    if (is !== must) wrong.push(`${what}: ${String(is)} instead of ${String(must)}`);
  };
  for (const figure of ['calls', 'denied', 'notConnected', 'connected'] as const) {
    equal(figure, report[figure], clean[figure]);
  }
  equal('recorded and lawfully unrecorded', recordable(report), recordable(clean));
  wrong.push(...unlawful(report));
  equal('protected calls recorded', report.protectedRecorded, 0);
  equal('events in the log', report.eventsInLog, report.events);
  equal('decisions derived again', report.replayed, plan.calls);
  equal('decisions that came out otherwise', report.replayMismatches, 0);
  equal('audio bytes decrypted', report.audioBytesDecrypted, report.audioBytesSent);
  const count = (of: Report, type: string) => of.eventsByType[type] ?? 0;
  for (const type of SAME_COUNT) equal(type, count(report, type), count(clean, type));
  equal('recordings begun', count(report, 'recording.RecordingStarted'), report.recorded);
  equal('recordings completed', count(report, 'recording.RecordingCompleted'), report.recorded);
  equal('calls attested', count(report, 'recording.NoMediaAttested'), plan.calls - report.recorded);
  for (const kill of plan.kills) {
    const done = kills.find((one) => one.victim === kill.victim && one.afterCalls === kill.afterCalls);
    if (done === undefined || done.pids.length === 0) wrong.push(`${kill.victim} was not killed`);
    // A kill before the first call, or after the last, would prove nothing about calls.
    else if (kill.afterCalls > 0 && (done.played === 0 || done.played >= plan.calls)) {
      wrong.push(`${kill.victim} was killed when ${done.played} of ${plan.calls} calls were played`);
    }
  }
  return wrong;
}

function recordable({ recorded, differences }: Report): number {
  return recorded + differences.length;
}

function unlawful({ differences }: Report): string[] {
  return differences
    .filter(({ reason }) => !LAWFUL.includes(reason))
    .map(({ callId, decision, reason }) => `${callId} was left unrecorded: ${reason} (decision ${decision})`);
}

/** What is wrong with a run that others are to be held against; one of a very busy machine may leave calls unrecorded too. */
export function uncleanness(report: Report): string[] {
  return [...report.wrong, ...unlawful(report)];
}

/** @throws Error where the run to compare with is wrong itself */
export function requireClean(report: Report): void {
  const wrong = uncleanness(report);
  if (wrong.length > 0) throw new Error(`the run without faults is not clean:\n${wrong.join('\n')}`);
}
