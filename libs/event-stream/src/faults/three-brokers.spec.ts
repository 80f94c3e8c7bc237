import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { seeded } from '@privity/event-store/memory';
import { type ClusterBroker, javaCommand, type RunningKafkaCluster } from '@privity/one-machine';
import type { Admin } from 'kafkajs';
import { SHARDS } from '@privity/kernel';
import { eventually, onStage } from '../contract/index.js';
import { kafkaClient } from '../kafka/kafka-client.js';
import { openKafkaTarget } from '../kafka/kafka-target.js';
import { sourceOf, topicOf } from '../names.js';
import { type KafkaBench, kafkaBench } from '../test-bench/kafka-bench.js';
import { testKafkaCluster } from '../test-bench/servers.js';
import { follow } from './followers.js';
import { long, seed } from './seeded.js';
import { appendSteadily } from './steady-appends.js';

const java = await javaCommand().then(
  () => true,
  () => false,
);
const PATIENCE_MS = 120_000;
const kept = [
  { name: 'retention.ms', value: '-1' },
  { name: 'min.insync.replicas', value: '1' },
];

(java ? describe : describe.skip)(`three brokers, seed ${seed} (needs Java 17 or newer)`, () => {
  jest.setTimeout(long ? 3_600_000 : 570_000);
  let cluster: RunningKafkaCluster;
  let bench: KafkaBench;
  let admin: Admin;
  beforeAll(async () => {
    bench = await kafkaBench(async () => (cluster = await testKafkaCluster()));
    admin = kafkaClient(cluster.brokers, 'watch').admin();
    await admin.connect();
  }, 300_000);
  afterAll(async () => {
    await admin.disconnect();
    await bench.close();
  }, 60_000);

  const partitions = async (context: string) => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topicOf(sourceOf(context))] });
    return topics[0]?.partitions ?? [];
  };
  /** Until then the loss of another one would stop the partitions that have two copies left. */
  const allInSync = (context: string) =>
    eventually(async () => {
      for (const { isr } of await partitions(context)) expect(isr).toHaveLength(3);
    }, PATIENCE_MS);
  const leaderOf = async (context: string, shard: number): Promise<ClusterBroker> => {
    const leader = (await partitions(context)).find(({ partitionId }) => partitionId === shard)?.leader;
    const broker = cluster.members.find(({ id }) => id === leader);
    if (broker === undefined) throw new Error(`shard ${shard} has no leader`);
    return broker;
  };

  /** Two that answer are no reason to keep two copies for ever: none then, or three where nobody has missed the third yet. */
  const neverTwoCopies = async (context: string) => {
    const opening = openKafkaTarget({ brokers: cluster.brokers, source: sourceOf(context) });
    const target = await opening.catch(() => undefined);
    if (target === undefined) return;
    await target.close();
    await eventually(async () => {
      for (const { replicas } of await partitions(context)) expect(replicas).toHaveLength(3);
    });
  };

  it('keep three copies of a topic, two in sync, and refuse one with fewer', async () => {
    const source = sourceOf('copied');
    const target = await openKafkaTarget({ brokers: cluster.brokers, source });
    await target.close();
    await eventually(async () => {
      expect((await partitions('copied')).map(({ replicas }) => replicas.length)).toEqual(Array(SHARDS).fill(3));
    });
    await admin.createTopics({
      // kafkajs fails where a broker has not heard of a topic yet.
      waitForLeaders: false,
      topics: [
        { topic: 'privity.single', numPartitions: SHARDS, replicationFactor: 1, configEntries: kept },
        { topic: 'privity.careless', numPartitions: SHARDS, replicationFactor: 3, configEntries: kept },
      ],
    });
    const open = (context: string, more = {}) =>
      openKafkaTarget({ brokers: cluster.brokers, source: sourceOf(context), ...more });
    await expect(open('single')).rejects.toThrow('Kafka topic privity.single: replicas must be 3 or more, found 1');
    await expect(open('careless')).rejects.toMatchObject({ code: 'topic-misconfigured', field: 'min.insync.replicas' });
    await (await open('single', { replicas: 1 })).close();
  });

  it('a send whose leaders change under way is in the topic, all of it, or fails', async () => {
    const target = await openKafkaTarget({ brokers: cluster.brokers, source: sourceOf('moving') });
    const batch = Array.from({ length: SHARDS }, (_, shard) => ({ shard, messages: [{ key: 'k', text: 'sent' }] }));
    await target.send(batch);
    await allInSync('moving');
    const leader = await leaderOf('moving', 0);
    // It takes the send and dies over it, while the others answer; what it led is theirs then.
    process.kill(leader.pid, 'SIGSTOP');
    const send = (): Promise<boolean> =>
      target.send(batch).then(
        () => true,
        () => false,
      );
    const sending = send();
    await sleep(500);
    await leader.kill();
    // As a relay does.
    for (let sent = await sending; !sent; sent = await send()) await sleep(100);
    await leader.start();
    await allInSync('moving');
    const offsets = await admin.fetchTopicOffsets('privity.moving');
    expect(offsets.filter(({ high }) => Number(high) < 2)).toEqual([]);
    await target.close();
  });

  it('lose the leader of a shard by kill -9, then each in turn to a restart, then two at once: all goes on', () =>
    onStage(bench, async (stage) => {
      const { context, ledger } = stage;
      const store = await ledger.openStore(context);
      const publisher = await bench.publish(context, store, ledger.database.service);
      stage.until(() => publisher.stop());
      const followers = await follow(stage, cluster.brokers);
      const appends = appendSteadily(store);
      stage.until(() => appends.stop());
      await followers.moving();
      const random = seeded(seed);
      const away = (seconds: number) => sleep(1_000 * (long ? seconds * 20 * random() : seconds));
      for (let round = 0; round < (long ? 6 : 1); round++) {
        const leader = await leaderOf(context, Math.floor(random() * SHARDS));
        await leader.kill();
        await followers.moving();
        await neverTwoCopies(`young${round}`);
        await away(2);
        await leader.start();
        await allInSync(context);

        for (const member of cluster.members) {
          await member.stop();
          await followers.moving();
          await member.start();
          await allInSync(context);
        }

        // Fewer than min ISR: nothing is acknowledged, appends go on, and the backlog drains when one is back.
        const [first, second] = cluster.members as [ClusterBroker, ClusterBroker];
        await Promise.all([first.kill(), second.kill()]);
        const backlog = appends.sent();
        await away(3);
        expect(appends.sent()).toBeGreaterThan(backlog);
        await Promise.all([first.start(), second.start()]);
        await followers.moving();
        await allInSync(context);
      }
      await followers.haveAll(store, await appends.stop());
    }));
});
