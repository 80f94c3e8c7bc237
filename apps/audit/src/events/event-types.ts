import type { AuditEvent } from '@privity/audit';
import type { RecordingEvent } from '@privity/recording';
import type { RoutingEvent } from '@privity/routing';

// Written as records so that a type somebody adds to a context fails to compile here, instead of halting a shard.

const ROUTING: Record<RoutingEvent['type'], true> = {
  'routing.FacilityListed': true,
  'routing.FacilityPolicySet': true,
  'routing.JurisdictionRulesSet': true,
  'routing.FacilityPolicyScheduled': true,
  'routing.CallerListed': true,
  'routing.CallerMoved': true,
  'routing.NumbersAllowed': true,
  'routing.DirectoryImported': true,
  'routing.NumberBlocked': true,
  'routing.BlockEnded': true,
  'routing.BlockEndRefused': true,
  'routing.BlocksViewed': true,
  'routing.PolicyTried': true,
  'routing.CallDecided': true,
  'routing.NoticeAnswered': true,
  'routing.CallConnected': true,
  'routing.CallEnded': true,
  'routing.PermitRevoked': true,
  'routing.PrivilegeClaimed': true,
  'routing.NumberClaimed': true,
  'routing.ClaimedCallAdmitted': true,
  'routing.RegistryVerdictChanged': true,
  'routing.PartyJoined': true,
};

const RECORDING: Record<RecordingEvent['type'], true> = {
  'recording.RecordingStarted': true,
  'recording.RecordingCompleted': true,
  'recording.MediaRefused': true,
  'recording.NoMediaAttested': true,
  'recording.RecordingSealed': true,
  'recording.PlaybackGranted': true,
  'recording.PlaybackRefused': true,
  'recording.PlaybackHeard': true,
  'recording.MediaChecked': true,
  'recording.RecordingsSearched': true,
  'recording.EventParked': true,
};

const AUDIT: Record<AuditEvent['type'], true> = { 'audit.FindingRaised': true, 'audit.EventParked': true };

export const ROUTING_TYPES = Object.keys(ROUTING);
export const RECORDING_TYPES = Object.keys(RECORDING);
export const AUDIT_TYPES = Object.keys(AUDIT);
