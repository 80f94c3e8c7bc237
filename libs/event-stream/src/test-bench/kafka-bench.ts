import type { OpenedBench } from '../contract/index.js';
import { openKafkaTarget } from '../kafka/kafka-target.js';
import { feedHttp } from './feed-http.js';
import { sourceOf } from '../names.js';
import { Relay } from '../relay/relay.js';
import { SqlRelayLeases } from '../relay/relay-leases.js';
import { testKafka, testPostgres } from './servers.js';

export interface KafkaBench extends OpenedBench {
  readonly brokers: readonly string[];
}

/** On one broker of its own, or on what `start` starts. */
export async function kafkaBench(start = testKafka): Promise<KafkaBench> {
  const [postgres, kafka] = await Promise.all([testPostgres(), start()]);
  const { brokers } = kafka;
  const http = await feedHttp();
  return {
    brokers,
    adminUrl: postgres.url,
    streamFor: (contexts) => ({ stream: 'kafka', brokers, repair: http.addresses(contexts) }),
    publish: async (context, store, pool) => {
      const target = await openKafkaTarget({ brokers, source: sourceOf(context) });
      const relay = new Relay({ leases: new SqlRelayLeases(pool), store, target });
      relay.start();
      const feed = http.add(context, store);
      return {
        stop: async () => {
          await feed.stop();
          await relay.stop();
        },
      };
    },
    script: async (context) => {
      const target = await openKafkaTarget({ brokers, source: sourceOf(context) });
      return {
        deliver: (shard, texts) => target.send([{ shard, messages: texts.map((text) => ({ key: 'scripted', text })) }]),
        stop: () => target.close(),
      };
    },
    close: async () => {
      await http.close();
      await kafka.stop();
      await postgres.stop();
    },
  };
}
