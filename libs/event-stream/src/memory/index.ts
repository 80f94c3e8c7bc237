export { MemoryCheckpoints, MemoryConsumerTables, type MemoryEffects } from './memory-checkpoints.js';
export { MemoryRelayTable } from './memory-relay-leases.js';
export { MemoryTopic } from './memory-topic.js';
