import type { RecordedEvent } from '@privity/event-store';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { withServer } from '../database.js';
import { atLeast, type Figures, type Line, type Row } from '../line.js';
import { alternate } from '../rounds.js';
import { startConsumers } from '../stream/consumers.js';
import type { ConsumerArguments } from '../stream/consuming.js';
import { withBroker } from '../stream/kafka.js';
import { openPublisher } from '../stream/publisher.js';
import { SHARDS } from '@privity/kernel';

const CONSUMERS = 3;
const SEND = 500;
let topics = 0;

/** kafkajs alone: one awaited send after the other, to a topic of as many partitions, with the same keys and bytes. */
async function produce(brokers: readonly string[], events: readonly RecordedEvent[]): Promise<Figures> {
  const kafka = new Kafka({ clientId: 'raw', brokers: [...brokers], logLevel: logLevel.NOTHING });
  const topic = `raw-${++topics}`;
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: SHARDS, replicationFactor: 1 }], waitForLeaders: true });
  await admin.disconnect();
  const producer = kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
  });
  await producer.connect();
  const messages = events.map(({ stream, shard, text }) => ({ key: stream, value: text, partition: shard }));
  // The first send finds the leaders, which a relay did at its start.
  await producer.send({ topic, acks: -1, messages: messages.slice(0, 1) });
  const started = performance.now();
  for (let at = 0; at < messages.length; at += SEND) {
    await producer.send({ topic, acks: -1, messages: messages.slice(at, at + SEND) });
  }
  const seconds = (performance.now() - started) / 1000;
  await producer.disconnect();
  return { 'events/s': messages.length / seconds };
}

/**
 * From the start of the relay over a filled store, so that appends, which have a row of their own, are not part of it,
 * until the last of three consumers has committed the last row.
 */
export const stream: Row = {
  name: 'stream',
  measure: ({ databaseUrl, rounds, quick, say }) =>
    withServer(databaseUrl, (server) =>
      withBroker(async (brokers): Promise<Line[]> => {
        const events = quick ? 8_000 : 100_000;
        let bytes: readonly RecordedEvent[] = [];
        const ours = (writes: ConsumerArguments['writes'], events: number) => async (): Promise<Figures> => {
          const publisher = await openPublisher(server, brokers, `/privity/bench-${++topics}`);
          bytes = await publisher.fill(events);
          const consumers = await startConsumers(server, {
            brokers,
            source: publisher.source,
            writes,
            count: CONSUMERS,
          });
          const started = performance.now();
          const stopRelay = await publisher.relay();
          await consumers.haveAll(events);
          const seconds = (performance.now() - started) / 1000;
          await consumers.stop();
          await stopRelay();
          await publisher.close();
          return { 'events/s': events / seconds };
        };
        const beside = `kafkajs alone, ${SEND} a send`;
        const lines: Line[] = [];
        for (const writes of ['batches', 'handlers'] as const) {
          say(`rows written by ${writes}`);
          const measured = await alternate(rounds, ours(writes, writes === 'handlers' ? events / 4 : events), () =>
            produce(brokers, bytes),
          );
          const share = (measured.ours['events/s'] ?? 0) / (measured.peer['events/s'] ?? 1);
          const how = writes === 'batches' ? 'an insert per batch' : 'an insert per event in @EventPattern handlers';
          lines.push({
            work: `store to ${CONSUMERS} Kafka consumers that write rows, ${how}`,
            beside,
            ...measured,
            rounds,
            // What a handler's own statement per event costs is published; the floor is for what the stream does.
            bars: writes === 'batches' ? [atLeast('share', share, 0.2, 0.4)] : [],
          });
        }
        return lines;
      }),
    ),
};
