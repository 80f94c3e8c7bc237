export { eventually } from './eventually.js';
export { givenFor } from './given.js';
export { startService, type ServiceProcess } from './start-service.js';
export { withKafka, type TestKafka } from './with-kafka.js';
export { withPostgres, type Migrate, type ServiceDatabase, type TestPostgres } from './with-postgres.js';
