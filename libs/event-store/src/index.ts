export { parseEnvelope } from './envelope.js';
export {
  ConcurrencyConflict,
  DuplicateEvent,
  InvalidEvent,
  ShardCountMismatch,
  StoreRestored,
  StoreUnavailable,
} from './errors.js';
export type { Appended, EventEnvelope, ExpectedVersion, NewEvent, RecordedEvent, ShardHead } from './event.js';
export { EventStore, type EventStoreOptions, type StoreOptions } from './event-store.js';
export { checkImmutability } from './immutability.js';
export { FileMark, type MarkedStore, type StoreMark } from './mark.js';
export { migrateEventStore } from './migrate.js';
export { recover, recoverDatabase, type RecoverOptions, type RecoveryReport, type ShardRecovery } from './recover.js';
export type { OwnedDatabase, StoreDatabase, StoreIdentity } from './store-database.js';
export { MAX_EVENT_BYTES } from './validation.js';
export type { HeadWitness } from './witness.js';
