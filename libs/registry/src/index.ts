export type { ViewedEvent } from './about-protection.js';
export { attestationDifferences, attestedHour } from './attestation.js';
export type { AttestationDifference } from './attestation.js';
export { barStatus, protectsNumbers } from './bar-status.js';
export { CATEGORIES, categoryOfNote, mostRestrictive } from './categories.js';
export type * from './commands.js';
export {
  attorneyListing,
  callerProtection,
  ImportNotHeld,
  listImport,
  numberProtection,
  protectionEnding,
} from './decide.js';
export { CaseNotOpen, NothingProposed, ProposalChanged, protectionCase } from './decide-case.js';
export { noticeDelivery } from './decide-notice.js';
export type { ConcludeNotice, NoticeState } from './decide-notice.js';
export { registration, RegistrationAnsweredBefore } from './decide-registration.js';
export { CASE_DUE_DAYS, inCases, REGISTRATION_DUE_DAYS, workDaysAfter } from './due.js';
export { isEmailAddress } from './email-address.js';
export type * from './events.js';
export type { AttorneyState, CaseState, ImportState, ProtectionState, RegistrationState } from './evolve.js';
export { HEARTBEAT_TYP } from './heartbeat.js';
export type { Heartbeat } from './heartbeat.js';
export { LIST_CERTIFICATE_TYP, REGISTRY_CERTIFICATE_TYP } from './certificate.js';
export type { ListCertificate, ListStanding, RegistryCertificate, RegistryFigures } from './certificate.js';
export { addShare, digestHex, listEntryShare } from './entry-digest.js';
export { ListComparison } from './list-comparison.js';
export type { ListDifference } from './list-comparison.js';
export { LOSS_WINDOW_DAYS } from './list-losses.js';
export { nearNumbers } from './near-numbers.js';
export { NOTICE_ATTEMPTS, pauseAfter } from './notice-schedule.js';
export {
  callBackWords,
  caseNotice,
  confirmedNotice,
  escalationNotice,
  lastTwo,
  notConfirmedNotice,
  receiptNotice,
} from './notices.js';
export type { ConfirmedNumber, NoticeText } from './notices.js';
export { ProtectionView, ViewBroken } from './protection-view.js';
export type { Protection, Statement } from './protection.js';
export { registrationProtects, registrationSource } from './registration-protection.js';
export { unmatchedBy } from './roll-match.js';
export type { BarRecord } from './roll-match.js';
export { RegistryTrust } from './registry-trust.js';
export type { Verdict } from './registry-trust.js';
export type { ShardDigest } from './shard-entries.js';
export {
  ATTESTATION_STREAM,
  callerProtectionStream,
  caseStream,
  comparisonStream,
  importStream,
  noticeStream,
  numberStream,
  registrationStream,
} from './streams.js';
export { currentVersion, readRegistryEvent, REGISTRY_TYPES, UnknownRegistryEvent } from './upcasters.js';
export type { StoredMeaning } from './upcasters.js';
