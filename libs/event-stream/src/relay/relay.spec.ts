import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { javaCommand } from '@privity/one-machine';
import { append, eventually, onStage, run, type Stage, upTo } from '../contract/index.js';
import { kafkaClient } from '../kafka/kafka-client.js';
import { openKafkaTarget } from '../kafka/kafka-target.js';
import { TopicMisconfigured } from '../kafka/topic.js';
import { TopicWitness } from '../kafka/topic-witness.js';
import { sourceOf, topicOf } from '../names.js';
import { halts } from '../operate/park.js';
import { streamStatus } from '../operate/stream-status.js';
import { type BenchProcess, benchProcess } from '../test-bench/child-process.js';
import { type KafkaBench, kafkaBench } from '../test-bench/kafka-bench.js';
import { publishedUpTo } from './relay-leases.js';
import { republish } from './republish.js';

const java = await javaCommand().then(
  () => true,
  () => false,
);
function relayProcess(stage: Stage, brokers: readonly string[]): BenchProcess {
  const { ledger, context } = stage;
  return benchProcess('relay-that-stalls', [ledger.database.serviceUrl, brokers[0] ?? '', sourceOf(context)]);
}

(java ? describe : describe.skip)('relay to Kafka (needs Java 17 or newer)', () => {
  jest.setTimeout(60_000);
  let kafka: KafkaBench;
  beforeAll(async () => {
    kafka = await kafkaBench();
  }, 120_000);
  afterAll(() => kafka.close(), 60_000);

  it('killed between send and acknowledge, is followed by one that sends again, and nothing is lost or counted twice', () =>
    onStage(kafka, async (stage) => {
      const { context, ledger } = stage;
      const store = await ledger.openStore(context);
      await append(store, 90);
      const first = relayProcess(stage, kafka.brokers);
      await first.says('sent');
      await first.kill();
      const acked = await ledger.database.service.query<{ n: number }>(
        'select sum(acked)::int as n from event_stream.relay',
      );
      expect(acked.rows[0]?.n).toBe(0);
      await stage.subscribe();
      const second = await kafka.publish(context, store, ledger.database.service);
      stage.until(() => second.stop());
      await append(store, 30);
      await eventually(async () => expect(await ledger.total()).toBe(120), 30_000);
      for (const { shard, position } of await store.heads()) {
        expect((await ledger.applied(context)).get(shard)).toEqual(upTo(position));
      }
      // It did send again: the topic has more messages than the store has events.
      const admin = kafkaClient(kafka.brokers, 'count').admin();
      await admin.connect();
      const offsets = await admin.fetchTopicOffsets(topicOf(sourceOf(context)));
      await admin.disconnect();
      expect(offsets.reduce((sum, { high }) => sum + Number(high), 0)).toBeGreaterThan(120);
    }));

  it('refuses a topic with other partitions or with a retention that would lose events, naming the setting', async () => {
    const admin = kafkaClient(kafka.brokers, 'spoil').admin();
    await admin.connect();
    const forever = { name: 'retention.ms', value: '-1' };
    await admin.createTopics({
      topics: [
        { topic: 'privity.narrow', numPartitions: 6, configEntries: [forever] },
        { topic: 'privity.brief', numPartitions: 12, configEntries: [{ name: 'retention.ms', value: '3600000' }] },
      ],
    });
    await admin.disconnect();
    const open = (context: string) => openKafkaTarget({ brokers: kafka.brokers, source: sourceOf(context) });
    await expect(open('narrow')).rejects.toThrow('Kafka topic privity.narrow: partitions must be 12, found 6');
    await expect(open('brief')).rejects.toThrow(TopicMisconfigured);
    await expect(open('brief')).rejects.toMatchObject({ code: 'topic-misconfigured', field: 'retention.ms' });
  });

  it('sends more than one batch can hold', () =>
    onStage(kafka, async (stage) => {
      const { context, ledger } = stage;
      const store = await ledger.openStore(context);
      const big = 'x'.repeat(50_000);
      for (let n = 0; n < 30; n++) await store.append('one-stream', 'any', [{ type: 'test.Counted', data: { big } }]);
      const publisher = await kafka.publish(context, store, ledger.database.service);
      stage.until(() => publisher.stop());
      await stage.subscribe();
      await eventually(async () => expect(await ledger.total()).toBe(30));
      const status = await streamStatus({
        dataSource: ledger.dataSource,
        publisher: { source: sourceOf(context), store, relayed: true },
      });
      expect(status.shards.filter(({ head }) => head === 30)).toMatchObject([{ acked: 30 }]);
    }));

  it('a gap in the topic is fetched from the publisher itself', () =>
    onStage(kafka, async (stage) => {
      const { context, ledger } = stage;
      const { store, shard } = await holed(stage);
      const publisher = await kafka.publish(context, store, ledger.database.service);
      stage.until(() => publisher.stop());
      await stage.subscribe();
      await eventually(async () => expect(await ledger.checkpoint(context, shard)).toBe(12));
      expect(await halts(ledger.dataSource)).toEqual([]);
      expect((await ledger.applied(context)).get(shard)).toEqual(upTo(12));
    }));

  it('republish repairs a topic that lost events: a consumer that halted there goes on', () =>
    onStage(kafka, async (stage) => {
      const { context, ledger } = stage;
      const { store, shard } = await holed(stage);
      const kafkaOnly = { stream: 'kafka', brokers: kafka.brokers } as const;
      // Small batches: the missing events come several batches behind those that follow them.
      await stage.subscribe({ stream: kafkaOnly, batchSize: 3 });
      await eventually(async () =>
        expect(await halts(ledger.dataSource)).toMatchObject([{ code: 'gap', position: 5 }]),
      );
      const target = await openKafkaTarget({ brokers: kafka.brokers, source: sourceOf(context) });
      stage.until(() => target.close());
      expect(await republish({ store, target, acked: 12 }, shard, 5)).toEqual({ sent: 8 });
      await ledger.dataSource.query('delete from event_stream.halt');
      await eventually(async () => expect(await ledger.checkpoint(context, shard)).toBe(12));
      expect((await ledger.applied(context)).get(shard)).toEqual(upTo(12));
    }));

  it('republish refuses what was never published: the relay would bring the events before it later', () =>
    onStage(kafka, async (stage) => {
      const { store, shard } = await holed(stage);
      const { service } = stage.ledger.database;
      const target = await openKafkaTarget({ brokers: kafka.brokers, source: sourceOf(stage.context) });
      stage.until(() => target.close());
      await service.query('update event_stream.relay set acked = 9 where shard = $1', [shard]);
      const publisher = { store, target, acked: await publishedUpTo(service, shard) };
      await expect(republish(publisher, shard, 11)).rejects.toMatchObject({ code: 'republish-ahead', field: 'from' });
      expect(await republish(publisher, shard, 10)).toEqual({ sent: 3 });
    }));

  it.each([1, 100])('an event that came too early is applied, though nothing follows it (%i at once)', (batchSize) =>
    onStage(kafka, async (stage) => {
      const { context, ledger } = stage;
      const wire = await kafka.script(context);
      stage.until(() => wire.stop());
      await wire.deliver(7, [...run(context, 7, 1, 2), ...run(context, 7, 4, 5), ...run(context, 7, 3, 3)]);
      await stage.subscribe({ stream: { stream: 'kafka', brokers: kafka.brokers }, batchSize });
      await eventually(async () => expect(await ledger.checkpoint(context, 7)).toBe(5));
      expect((await ledger.applied(context)).get(7)).toEqual(upTo(5));
      expect(await halts(ledger.dataSource)).toEqual([]);
    }),
  );

  it('the topic bears witness of what was published', () =>
    onStage(kafka, async (stage) => {
      const { context } = stage;
      const witness = new TopicWitness({ brokers: kafka.brokers, source: sourceOf(context) });
      expect(await witness.heads()).toEqual([]);
      const wire = await kafka.script(context);
      stage.until(() => wire.stop());
      await wire.deliver(3, [...run(context, 3, 1, 9), ...run(context, 3, 7, 9)]);
      await wire.deliver(5, run(context, 5, 1, 2));
      // Repeats of a relay that had lost its lease, and something that is no event.
      await wire.deliver(3, [...run(context, 3, 4, 6), 'garbage']);
      expect(await witness.heads()).toEqual([
        { shard: 3, position: 9, id: 'a-3-9' },
        { shard: 5, position: 2, id: 'a-5-2' },
      ]);
      expect(await witness.readAfter(3, 6, 2)).toEqual(run(context, 3, 7, 8));
      expect(await witness.readAfter(3, 9, 2)).toEqual([]);
      expect(await witness.readAfter(0, 0, 2)).toEqual([]);
    }));

  /** A store with twelve events in one shard, and a topic in which the fifth to the eighth are missing. */
  async function holed(stage: Stage) {
    const store = await stage.ledger.openStore(stage.context);
    for (let n = 0; n < 12; n++) await store.append('one-stream', 'any', [{ type: 'test.Counted', data: { n } }]);
    const shard = (await store.heads()).find(({ position }) => position === 12)?.shard ?? -1;
    const texts = (await store.readShard(shard, 0, 12)).map(({ text }) => text);
    const wire = await kafka.script(stage.context);
    stage.until(() => wire.stop());
    await wire.deliver(shard, [...texts.slice(0, 4), ...texts.slice(8)]);
    await stage.ledger.database.owner.query('update event_stream.relay set acked = 12 where shard = $1', [shard]);
    return { store, shard };
  }
});
