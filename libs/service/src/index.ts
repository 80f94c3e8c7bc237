export * from './auth/decorators.js';
export * from './auth/principal.js';
export { Forbidden, signToken, TokenVerifier, Unauthenticated, type TokenRequest } from './auth/tokens.js';
export * from './config.js';
export * from './handle-command.js';
export { JsonBody } from './http/json-body.js';
export { CsvError } from './imports/csv-error.js';
export * from './imports/read-csv.js';
export * from './imports/receive-import.js';
export { FileKeyRing, UnknownPurpose } from './keys/file-key-ring.js';
export { KeyFileError, type KeyEnvironment } from './keys/key-files.js';
export * from './keys/provision.js';
export {
  LOG_KEY_NAME,
  loadPublicKey,
  loadSigningKey,
  signedNoteKey,
  type SigningKeyName,
} from './keys/signing-keys.js';
export * from './keys/subject-keys.js';
export { crash } from './lifecycle/crash.js';
export { MEMBER_LEASE_MS, Membership, migrateMembership } from './lifecycle/membership.js';
export { runMigration } from './lifecycle/run-migration.js';
export { runUntilStopped, type Running } from './lifecycle/process-lifecycle.js';
export * from './lifecycle/readiness.js';
export { Stopping } from './lifecycle/stopping.js';
export { describeError, JsonLog, type LogFields, type LogLevel } from './log.js';
export { saveFailure } from './imports/save-failure.js';
export { PROBLEM_TYPE, toProblem, type ProblemDetails } from './problems/problem.js';
export { Replicas } from './replicas.js';
export { bootService, runService } from './run-service.js';
export type { ServiceDefinition, ServiceParts } from './service-definition.js';
export { INDEX_KEYS } from './service.module.js';
