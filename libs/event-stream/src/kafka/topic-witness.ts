import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HeadWitness, ShardHead } from '@privity/event-store';
import { SHARDS } from '@privity/kernel';
import kafkajs, { type Kafka } from 'kafkajs';
import { topicOf } from '../names.js';
import { readStreamEvent, type StreamEvent } from '../stream-event.js';
import type { StreamLog } from '../stream-log.js';
import { kafkaClient } from './kafka-client.js';

interface Range {
  readonly low: bigint;
  /** Offset after the last message. */
  readonly high: bigint;
}

/**
 * Messages at the end of a partition among which its newest event is: a relay that lost its lease while it sent may put
 * one send of repeats, at most 500, behind the newest.
 */
const TAIL = 1_024n;

/** A topic as a witness of its publisher's history: what was once published cannot be unpublished by restoring a backup. */
export class TopicWitness implements HeadWitness {
  readonly name: string;
  private readonly kafka: Kafka;
  private readonly topic: string;

  constructor(
    private readonly options: {
      readonly brokers: readonly string[];
      readonly source: string;
      readonly log?: StreamLog;
    },
  ) {
    this.topic = topicOf(options.source);
    this.name = `topic ${this.topic}`;
    this.kafka = kafkaClient(options.brokers, `witness ${this.topic}`, options.log);
  }

  /** The newest event of each shard, in order of shard; empty shards, and a topic that does not exist yet, are left out. */
  async heads(): Promise<readonly ShardHead[]> {
    const wanted = new Map<number, Range>();
    for (const [shard, { low, high }] of await this.ranges()) {
      if (high > low) wanted.set(shard, { low: high - low > TAIL ? high - TAIL : low, high });
    }
    const heads = new Map<number, ShardHead>();
    await this.scan(wanted, ({ shard, position, id }) => {
      if (position > (heads.get(shard)?.position ?? 0)) heads.set(shard, { shard, position, id });
    });
    return [...heads.values()].sort((a, b) => a.shard - b.shard);
  }

  /** In order and without a gap: reading stops where the topic lacks an event. */
  async readAfter(shard: number, position: number, limit: number): Promise<readonly string[]> {
    const range = (await this.ranges()).get(shard);
    if (range === undefined || range.high === range.low) return [];
    const found = new Map<number, string>();
    await this.scan(new Map([[shard, range]]), (event) => {
      if (event.position > position && event.position <= position + limit) found.set(event.position, event.text);
    });
    const texts: string[] = [];
    for (let next = position + 1; ; next++) {
      const text = found.get(next);
      if (text === undefined) return texts;
      texts.push(text);
    }
  }

  private async ranges(): Promise<Map<number, Range>> {
    const admin = this.kafka.admin();
    await admin.connect();
    try {
      if (!(await admin.listTopics()).includes(this.topic)) return new Map();
      const offsets = await whileRetriable(() => admin.fetchTopicOffsets(this.topic));
      return new Map(offsets.map(({ partition, low, high }) => [partition, { low: BigInt(low), high: BigInt(high) }]));
    } finally {
      await admin.disconnect();
    }
  }

  /** What is no event of this source and shard bears witness to nothing. */
  private read(shard: number, value: Buffer | null): StreamEvent | undefined {
    try {
      return readStreamEvent(this.options.source, shard, { text: value?.toString('utf8') ?? '' });
    } catch {
      return undefined;
    }
  }

  /** Reads the given offsets of each partition; where a broker that just started refuses, again from the first. */
  private async scan(wanted: ReadonlyMap<number, Range>, visit: (event: StreamEvent) => void): Promise<void> {
    if (wanted.size > 0) await whileRetriable(() => this.scanOnce(wanted, visit));
  }

  /** By a group of its own that leaves nothing behind. */
  private async scanOnce(wanted: ReadonlyMap<number, Range>, visit: (event: StreamEvent) => void): Promise<void> {
    const consumer = this.kafka.consumer({
      groupId: `witness-${randomUUID()}`,
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: 100,
    });
    const open = new Set(wanted.keys());
    await consumer.connect();
    try {
      await consumer.subscribe({ topics: [this.topic], fromBeginning: true });
      await new Promise<void>((resolve, reject) => {
        let crashed = false;
        consumer.on(consumer.events.CRASH, ({ payload }) => {
          crashed = true;
          reject(payload.error);
        });
        consumer
          .run({
            autoCommit: false,
            eachBatch: ({ batch }) => {
              const range = wanted.get(batch.partition);
              if (range === undefined || !open.has(batch.partition)) return Promise.resolve();
              for (const { offset, value } of batch.messages) {
                if (BigInt(offset) < range.low || BigInt(offset) >= range.high) continue;
                const event = this.read(batch.partition, value);
                if (event !== undefined) visit(event);
              }
              if (BigInt(batch.lastOffset()) >= range.high - 1n) open.delete(batch.partition);
              if (open.size === 0) resolve();
              return Promise.resolve();
            },
          })
          .then(() => {
            // It resolves as well after a crash, which is reported above.
            if (crashed) return;
            for (const [partition, { low }] of wanted)
              consumer.seek({ topic: this.topic, partition, offset: String(low) });
            const others = Array.from({ length: SHARDS }, (_, shard) => shard).filter((shard) => !wanted.has(shard));
            consumer.pause([{ topic: this.topic, partitions: others }]);
          })
          .catch(reject);
      });
    } finally {
      await consumer.disconnect();
    }
  }
}

/** A topic that was just created has leaders on paper first, a broker that just started reads its groups first. */
async function whileRetriable<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (tries === 20 || !(error instanceof kafkajs.KafkaJSError) || !error.retriable) throw error;
      await sleep(100);
    }
  }
}
