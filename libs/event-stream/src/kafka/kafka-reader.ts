import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Consumer, type EachBatchPayload, type Kafka } from 'kafkajs';
import { FeedClient } from '../feed/feed-client.js';
import { shardKey, sourceOf, topicOf } from '../names.js';
import { type ReaderOptions, RESUME_CHECK_MS } from '../reader-options.js';
import type { ShardSink, StreamReader, Verdict } from '../shard-sink.js';
import type { KafkaStream } from '../stream-config.js';
import { errorFacts } from '../stream-log.js';
import { kafkaClient, METADATA_MS } from './kafka-client.js';
import { repairFromFeed } from './repair-from-feed.js';
import { ensureTopic } from './topic.js';

/** Partitions whose batches are applied at once: each takes a connection to the consumer's database. */
const CONCURRENT_PARTITIONS = 3;
/**
 * A broker answers when there are so many bytes, or after so many milliseconds: a fetch and a transaction for every
 * single event cost more than all that is done with it. A view in memory has no transaction, and is told at once.
 */
const GATHER_BYTES = 32 * 1024;
const GATHER_MS = 150;

/**
 * After the loss of a broker kafkajs joins as somebody new, and its group waits so long for who it was before: a view in
 * memory grows stale meanwhile (P3). A batch that takes longer costs a rebalance, no event.
 */
const SESSION_MS = 10_000;

interface Assigned {
  readonly source: string;
  readonly shard: number;
  readonly opened: Promise<void>;
  halted: boolean;
  /** Where the shard stood when the stored offset was sought because of the gap in hand. */
  soughtAt: number | undefined;
  /** High watermark when the gap was met: beyond it nobody can have published the missing event again. */
  gapUntil: bigint | undefined;
}

/**
 * Reads topics in a consumer group. The group only spreads partitions over replicas: where to read from is the checkpoint
 * in PostgreSQL, sought on every assignment; no offset is ever committed to Kafka.
 */
export class KafkaReader implements StreamReader {
  private readonly kafka: Kafka;
  private readonly consumer: Consumer;
  private readonly feed: FeedClient | undefined;
  private readonly stopping = new AbortController();
  private assigned = new Map<string, Assigned>();
  private readonly waiting = new Set<Promise<void>>();

  constructor(
    private readonly sink: ShardSink,
    private readonly options: ReaderOptions<KafkaStream>,
  ) {
    this.kafka = kafkaClient(options.stream.brokers, options.name, options.log);
    this.consumer = this.kafka.consumer({
      groupId: options.name,
      allowAutoTopicCreation: false,
      sessionTimeout: SESSION_MS,
      rebalanceTimeout: 30_000,
      heartbeatInterval: 1_000,
      metadataMaxAge: METADATA_MS,
      minBytes: options.leases === undefined ? 1 : GATHER_BYTES,
      maxWaitTimeInMs: options.leases === undefined ? 250 : GATHER_MS,
      maxBytesPerPartition: 1024 * 1024,
      maxBytes: 8 * 1024 * 1024,
      retry: { retries: 8 },
    });
    this.feed = options.stream.repair === undefined ? undefined : new FeedClient(options.stream.repair);
  }

  async start(): Promise<void> {
    const { sources, stream, onCrash } = this.options;
    const admin = this.kafka.admin();
    await admin.connect();
    try {
      for (const source of sources) await ensureTopic(admin, source, stream);
    } finally {
      await admin.disconnect();
    }
    const { CRASH, GROUP_JOIN } = this.consumer.events;
    // kafkajs starts again by itself after what may pass, and joins anew; after anything else only the process can.
    this.consumer.on(CRASH, ({ payload }) => {
      if (!payload.restart && !this.stopping.signal.aborted) onCrash(payload.error);
    });
    this.consumer.on(GROUP_JOIN, ({ payload }) => this.assign(payload.memberAssignment));
    await this.consumer.connect();
    await this.consumer.subscribe({ topics: sources.map(topicOf), fromBeginning: true });
    await this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: CONCURRENT_PARTITIONS,
      eachBatch: (payload) => this.eachBatch(payload),
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.consumer.disconnect();
    await Promise.all(this.waiting);
    await this.feed?.close();
  }

  /** A rebalance forgets everything: another replica may have moved the checkpoints meanwhile. */
  private assign(assignment: Record<string, number[]>): void {
    this.assigned = new Map();
    for (const [topic, partitions] of Object.entries(assignment)) {
      for (const shard of partitions) this.take(sourceOf(topic.slice('privity.'.length)), shard);
    }
  }

  private take(source: string, shard: number): Assigned {
    const one: Assigned = {
      source,
      shard,
      opened: Promise.resolve().then(() => this.openAndSeek(one)),
      halted: false,
      soughtAt: undefined,
      gapUntil: undefined,
    };
    // Whoever waits for it sees the failure; until a batch comes there is nobody.
    one.opened.catch((error: unknown) => this.options.log('warn', 'checkpoint was not read', errorFacts(error)));
    this.assigned.set(shardKey(source, shard), one);
    return one;
  }

  private async openAndSeek(one: Assigned): Promise<void> {
    const { cursor, halted } = await this.sink.open(one.source, one.shard);
    if (this.stopping.signal.aborted || this.assigned.get(shardKey(one.source, one.shard)) !== one) return;
    this.seek(one, cursor.offset);
    this.setHalted(one, halted);
  }

  private seek({ source, shard }: Assigned, offset: bigint | undefined): void {
    this.consumer.seek({ topic: topicOf(source), partition: shard, offset: String((offset ?? -1n) + 1n) });
  }

  private async eachBatch(payload: EachBatchPayload): Promise<void> {
    const { batch, resolveOffset, heartbeat, isRunning, isStale } = payload;
    const source = sourceOf(batch.topic.slice('privity.'.length));
    const one = this.assigned.get(shardKey(source, batch.partition)) ?? this.take(source, batch.partition);
    try {
      await one.opened;
    } catch {
      // The database was away at the assignment: open again with the next delivery of this batch.
      this.assigned.delete(shardKey(source, batch.partition));
      await sleep(RESUME_CHECK_MS);
      return;
    }
    const highWatermark = BigInt(batch.highWatermark);
    for (let at = 0; at < batch.messages.length; at += this.options.batchSize) {
      if (!isRunning() || isStale() || one.halted) return;
      const messages = batch.messages.slice(at, at + this.options.batchSize);
      const delivered = messages.map(({ value, offset }) => ({
        text: value?.toString('utf8') ?? '',
        offset: BigInt(offset),
      }));
      const verdict = await this.sink.accept(source, batch.partition, delivered, heartbeat);
      const last = BigInt(messages[messages.length - 1]?.offset ?? 0);
      await this.obey(one, verdict, last, highWatermark);
      if (!isStale() && !one.halted) resolveOffset(String(last));
      await heartbeat();
    }
  }

  private async obey(one: Assigned, verdict: Verdict, last: bigint, highWatermark: bigint): Promise<void> {
    if (verdict.kind === 'moved') return this.seek(one, verdict.cursor.offset);
    if (verdict.kind === 'halted') return this.setHalted(one, true);
    if (verdict.kind === 'continue') {
      one.soughtAt = undefined;
      one.gapUntil = undefined;
      return;
    }
    const { position, offset } = verdict.cursor;
    if (one.soughtAt === undefined) {
      one.soughtAt = position;
      return this.seek(one, offset);
    }
    // `republish` puts a missing event behind those that follow it: read on, to where the topic ended when the gap was met.
    one.gapUntil ??= highWatermark;
    if (last + 1n < one.gapUntil) return;
    one.gapUntil = undefined;
    // What was missing came: behind it may stand what came too early.
    const progress = position > one.soughtAt;
    one.soughtAt = progress ? position : undefined;
    if (progress) return this.seek(one, offset);
    const { source, shard } = one;
    const repaired = await repairFromFeed(this.feed, this.sink, { source, shard, ...verdict });
    if (repaired) return this.seek(one, offset);
    await this.sink.halt({ code: 'gap', source, shard, position: position + 1, cause: `found ${verdict.found}` });
    this.setHalted(one, true);
  }

  private setHalted(one: Assigned, halted: boolean): void {
    const partition = [{ topic: topicOf(one.source), partitions: [one.shard] }];
    one.halted = halted;
    if (halted) {
      this.consumer.pause(partition);
      const waiting = this.untilResumed(one).finally(() => this.waiting.delete(waiting));
      this.waiting.add(waiting);
    } else {
      this.consumer.resume(partition);
    }
  }

  private async untilResumed(one: Assigned): Promise<void> {
    while (one.halted && this.assigned.get(shardKey(one.source, one.shard)) === one) {
      await sleep(RESUME_CHECK_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      if (this.stopping.signal.aborted) return;
      try {
        const { cursor, halted } = await this.sink.open(one.source, one.shard);
        if (halted || this.assigned.get(shardKey(one.source, one.shard)) !== one) continue;
        this.seek(one, cursor.offset);
        this.setHalted(one, false);
      } catch (error) {
        if (error instanceof kafkajs.KafkaJSError) return;
        this.options.log('warn', 'halt was not read', errorFacts(error));
      }
    }
  }
}
