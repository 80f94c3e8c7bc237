export { type Child, dyingWithParent, startChild } from './child.js';
export { createDatabase, type FreshDatabase, freshDatabase, inDatabase } from './databases.js';
export { javaCommand, type RunningKafka, startKafka } from './kafka.js';
export { kafkaJars } from './kafka-jars.js';
export { freePort, freePorts, isPortFree } from './loopback-port.js';
export { MachineProblem } from './machine-problem.js';
export { type RunningPostgres, startPostgres } from './postgres.js';
