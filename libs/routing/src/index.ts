export { stateOfNumber } from './area-codes.js';
export type { Block } from './blocked-numbers.js';
export { isWithinHours, orderedHours, WEEKDAYS } from './calling-hours.js';
export {
  CALL_ID,
  callerStream,
  callStream,
  claimedStream,
  facilityStream,
  JURISDICTIONS_STREAM,
} from './call-stream.js';
export type {
  AddParty,
  AnswerNotice,
  CallCommand,
  CallRequest,
  ClaimPrivilege,
  ConnectCall,
  EndCall,
  LapseCall,
  RevokePermit,
} from './commands.js';
export { decideCall } from './decide-call.js';
export { CallRefused, decide, permitRefusal } from './decide.js';
export type { PermitRefusal } from './decide.js';
export { BlockNotFound, blocksStream, numberBlocks } from './decide-block.js';
export type { BlockCommand, BlockNumber, BlockState, EndBlock } from './decide-block.js';
export { DirectoryMoment } from './directory-moment.js';
export { DirectoryView, isDirectoryEvent, isLegalRelation, PositionMismatch } from './directory-view.js';
export type { Facility, ScheduledPolicy } from './directory-view.js';
export type * from './events.js';
export { evolve, initialState, requestOf } from './evolve.js';
export type { CallState, NoticeResult } from './evolve.js';
export { chooseCaller, chooseDialed, claimOf, gatherFacts } from './facts.js';
export type { CallFacts, RegistryMoment, Standing } from './facts.js';
export { JURISDICTION_RULES_SCHEMA, orderedRules } from './jurisdiction-rules.js';
export { PolicyTrial, saysPrivate, underPolicy } from './policy-trial.js';
export type { ReasonChange, TrialCounts } from './policy-trial.js';
export { FACILITY_POLICY_SCHEMA, orderedPolicy, STRICTEST_POLICY } from './policy.js';
export { inOrder, REASONS } from './reasons.js';
export type { ReasonEffect } from './reasons.js';
export { DecisionReplay, LogOutOfOrder, replayDecisions } from './replay.js';
export type { ProtectionHistory, ReplayMismatch, ReplayResult } from './replay.js';
export { samePersonText } from './same-person.js';
export { registryMoment } from './standing.js';
export type { Protected } from './standing.js';
export { currentVersion, UnknownSchemaVersion, upcast } from './upcasters.js';
export type { Move, Person } from './whereabouts.js';
