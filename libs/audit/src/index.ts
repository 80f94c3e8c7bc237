export * from './access-history.js';
export type * from './commands.js';
export { decide, findingDecider, matterStream } from './decide.js';
export type * from './events.js';
export { evolve, unraised, type FindingState } from './evolve.js';
export { FINDING_KINDS, visibleKinds } from './finding-access.js';
export * from './matters.js';
export * from './probing.js';
export * from './upcasters.js';
