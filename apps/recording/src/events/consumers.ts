import { SubscriptionStrategy } from '@privity/event-stream';
import type { RegistryEvent } from '@privity/registry/events';
import { crash, type ServiceParts } from '@privity/service';

/** Stops recorders, and attests for calls without a recording. */
export const RECORDER = Symbol('recorder');
/** Seals what was recorded of a number that became protected (P8). */
export const SEALS = Symbol('recording-seals');
/** Read models `recordings_v1`. */
export const RECORDINGS = Symbol('recordings');

const OWN_EVENTS = [
  'recording.RecordingStarted',
  'recording.RecordingCompleted',
  'recording.MediaRefused',
  'recording.NoMediaAttested',
  'recording.RecordingSealed',
  'recording.PlaybackGranted',
  'recording.PlaybackRefused',
  'recording.PlaybackHeard',
  'recording.MediaChecked',
  'recording.RecordingsSearched',
  'recording.EventParked',
];
const ROUTING_EVENTS = [
  'routing.FacilityListed',
  'routing.FacilityPolicySet',
  'routing.JurisdictionRulesSet',
  'routing.FacilityPolicyScheduled',
  'routing.CallerListed',
  'routing.CallerMoved',
  'routing.NumbersAllowed',
  'routing.DirectoryImported',
  'routing.NumberBlocked',
  'routing.BlockEnded',
  'routing.BlockEndRefused',
  'routing.BlocksViewed',
  'routing.PolicyTried',
  'routing.NoticeAnswered',
  'routing.CallConnected',
  'routing.NumberClaimed',
  'routing.ClaimedCallAdmitted',
  'routing.RegistryVerdictChanged',
];
// Checked for completeness by the compiler: an unknown type would halt the shard.
const REGISTRY_EVENTS: Record<
  Exclude<RegistryEvent['type'], 'registry.NumberProtected' | 'registry.CallerProtected' | 'registry.ProtectionEnded'>,
  true
> = {
  'registry.ProtectionChecked': true,
  'registry.AttorneyListed': true,
  'registry.AttorneyListingChanged': true,
  'registry.RegistrationReceived': true,
  'registry.RegistrationMatched': true,
  'registry.RegistrationUnmatched': true,
  'registry.RegistrationAnswered': true,
  'registry.RegistrationAnswerRefused': true,
  'registry.RegistrationEscalated': true,
  'registry.RegistrationViewed': true,
  'registry.NoticeSent': true,
  'registry.NoticeFailed': true,
  'registry.CaseOpened': true,
  'registry.CaseEndProposed': true,
  'registry.CaseSettlementRefused': true,
  'registry.CaseSettled': true,
  'registry.CaseViewed': true,
  'registry.ListImported': true,
  'registry.ListHeld': true,
  'registry.ListApproved': true,
  'registry.ListApprovalRefused': true,
  'registry.ListCompared': true,
  'registry.DifferenceViewed': true,
  'registry.RegistryAttested': true,
  'registry.EventParked': true,
};

/** The service's consumers; what each handles stands in the controllers of this folder. */
export function subscriptions({ stream, dataSource, log }: ServiceParts): SubscriptionStrategy[] {
  const consumer = (
    name: string,
    transportId: symbol,
    sources: readonly string[],
    ignores: readonly string[],
  ): SubscriptionStrategy =>
    new SubscriptionStrategy({
      consumer: name,
      version: 1,
      sources,
      ignores,
      transportId,
      stream,
      dataSource,
      log: log.stream,
      onCrash: crash,
    });
  return [
    consumer('recorder', RECORDER, ['/privity/routing', '/privity/recording'], [...ROUTING_EVENTS, ...OWN_EVENTS]),
    consumer(
      'recording-seals',
      SEALS,
      ['/privity/registry', '/privity/recording'],
      [...Object.keys(REGISTRY_EVENTS), ...OWN_EVENTS],
    ),
    consumer('recordings', RECORDINGS, ['/privity/recording'], OWN_EVENTS),
  ];
}
