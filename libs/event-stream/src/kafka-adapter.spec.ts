import { describe, it } from '@jest/globals';
import { javaCommand } from '@privity/one-machine';
import { eventStreamContract } from './contract/index.js';
import { kafkaBench } from './test-bench/kafka-bench.js';

const java = await javaCommand().then(
  () => true,
  () => false,
);

if (java) {
  eventStreamContract('kafka', kafkaBench);
} else {
  describe('event stream by kafka', () => {
    it.skip('needs Java 17 or newer: install it to run this suite', () => undefined);
  });
}
