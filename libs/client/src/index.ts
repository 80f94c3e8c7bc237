export * from './attorneys.js';
export * from './audit.js';
export * from './blocks.js';
export type {
  CallAnswer,
  CallRecord,
  CallRequest,
  Calls,
  MediaReceipt,
  NoticeResult,
  RequiredNotice,
} from './calls.js';
export * from './cases.js';
export * from './certificates.js';
export type { ConnectionOptions, RequestBody, RequestOptions } from './http-connection.js';
export * from './imports.js';
export * from './privity-client.js';
export { isPassing, ProblemError } from './problem-error.js';
export * from './recordings.js';
export * from './registrations.js';
export * from './registry.js';
