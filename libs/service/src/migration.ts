// What a service's `migrate.ts` needs, without the framework: a start waits for four of them.
export { migrateSubjectKeys } from './keys/subject-keys.js';
export { migrateMembership } from './lifecycle/membership-table.js';
export { runMigration } from './lifecycle/run-migration.js';
