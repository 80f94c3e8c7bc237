export { type Child, dyingWithParent, startChild, stopOrphan } from './child.js';
export { createDatabase, type FreshDatabase, freshDatabase, inDatabase } from './databases.js';
export { type RunningKafka, startKafka } from './kafka.js';
export { javaCommand } from './kafka-broker.js';
export { type ClusterBroker, type RunningKafkaCluster, startKafkaCluster } from './kafka-cluster.js';
export { kafkaJars } from './kafka-jars.js';
export { freePort, freePorts, isPortFree } from './loopback-port.js';
export { MachineProblem } from './machine-problem.js';
export { type RunningPostgres, startPostgres } from './postgres.js';
