import type { DomainEvent, EventParkedData } from '@privity/kernel';
import type { AttorneyListed, AttorneyListingChanged } from './attorney-events.js';
import type { CaseEndProposed, CaseOpened, CaseSettled, CaseSettlementRefused, CaseViewed } from './case-events.js';
import type { RegistryAttested } from './attestation-events.js';
import type {
  DifferenceViewed,
  ListApprovalRefused,
  ListApproved,
  ListCompared,
  ListHeld,
  ListImported,
} from './list-events.js';
import type { CallerProtected, NumberProtected, ProtectionChecked, ProtectionEnded } from './protection-events.js';
import type {
  NoticeFailed,
  NoticeSent,
  RegistrationAnswered,
  RegistrationAnswerRefused,
  RegistrationEscalated,
  RegistrationMatched,
  RegistrationReceived,
  RegistrationUnmatched,
  RegistrationViewed,
} from './registration-events.js';

export type * from './attestation-events.js';
export type * from './attorney-events.js';
export type * from './case-events.js';
export type * from './list-events.js';
export type * from './protection-events.js';
export type * from './registration-events.js';

/** An operator set aside an event that halted one of this context's consumers. Stream `parked-<consumer>`. */
export type EventParked = DomainEvent<'registry.EventParked', EventParkedData>;

export type RegistryEvent =
  | NumberProtected
  | CallerProtected
  | ProtectionEnded
  | ProtectionChecked
  | AttorneyListed
  | AttorneyListingChanged
  | RegistrationReceived
  | RegistrationMatched
  | RegistrationUnmatched
  | RegistrationAnswered
  | RegistrationAnswerRefused
  | RegistrationEscalated
  | RegistrationViewed
  | NoticeSent
  | NoticeFailed
  | CaseOpened
  | CaseEndProposed
  | CaseSettlementRefused
  | CaseSettled
  | CaseViewed
  | ListImported
  | ListHeld
  | ListApproved
  | ListApprovalRefused
  | ListCompared
  | DifferenceViewed
  | RegistryAttested
  | EventParked;
