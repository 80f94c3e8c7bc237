import type { BlockEnded, BlockEvent, NumberBlocked } from './block-events.js';
import type {
  CallConnected,
  CallDecided,
  CallEnded,
  NoticeAnswered,
  PartyJoined,
  PermitRevoked,
} from './call-events.js';
import type { ClaimedCallAdmitted, NumberClaimed, PrivilegeClaimed } from './claim-events.js';
import type {
  CallerListed,
  CallerMoved,
  DirectoryImported,
  FacilityListed,
  NumbersAllowed,
} from './directory-events.js';
import type { JurisdictionRulesSet } from './jurisdiction-events.js';
import type { FacilityPolicyScheduled, FacilityPolicySet, PolicyTried } from './policy-events.js';
import type { RegistryVerdictChanged } from './verdict-events.js';

export type * from './block-events.js';
export type * from './call-events.js';
export type { CallingHours, Weekday } from './calling-hours.js';
export type * from './claim-events.js';
export type * from './directory-events.js';
export type * from './jurisdiction-events.js';
export type * from './policy-events.js';
export type * from './verdict-events.js';

export type DirectoryEvent =
  | FacilityListed
  | FacilityPolicySet
  | JurisdictionRulesSet
  | FacilityPolicyScheduled
  | CallerListed
  | CallerMoved
  | NumbersAllowed
  | DirectoryImported
  | NumberClaimed
  | ClaimedCallAdmitted
  | NumberBlocked
  | BlockEnded;
export type CallEvent =
  CallDecided | NoticeAnswered | CallConnected | CallEnded | PermitRevoked | PrivilegeClaimed | PartyJoined;
export type RoutingEvent = DirectoryEvent | BlockEvent | PolicyTried | CallEvent | RegistryVerdictChanged;
