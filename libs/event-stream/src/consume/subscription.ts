import type { DataSource, EntityManager } from 'typeorm';
import type { Halt } from '../halt.js';
import type { StreamReader } from '../shard-sink.js';
import type { StreamConfig } from '../stream-config.js';
import type { EventBatch } from '../stream-event.js';
import { silent, type StreamLog } from '../stream-log.js';
import { CheckpointedSink } from './checkpointed-sink.js';
import { SqlCheckpoints } from './checkpoints.js';
import { openReader } from './open-reader.js';

export interface SubscriptionOptions {
  /** Name of the consumer; with `version` it names the checkpoint rows and the Kafka group. */
  readonly consumer: string;
  readonly version: number;
  /** `/privity/registry`, ... */
  readonly sources: readonly string[];
  readonly stream: StreamConfig;
  /** The consumer's own database, migrated by `migrateEventStream`. */
  readonly dataSource: DataSource;
  /**
   * Called in the transaction that moves the checkpoint. A throw rolls all of it back; the batch is then applied event by
   * event, and the shard halts just before the one that throws. Must tolerate being called again after a roll-back.
   */
  readonly apply: (batch: EventBatch, manager: EntityManager) => Promise<void>;
  /** Types that are handled or knowingly ignored; any other halts. Left out: every type is handled. */
  readonly knows?: (type: string) => boolean;
  /** Most events in one transaction; 500 unless given. */
  readonly batchSize?: number;
  readonly onHalt?: (halt: Halt) => void;
  /** The reader cannot go on (kafkajs stops for good after some errors): the process should exit and be started again. */
  readonly onCrash: (error: Error) => void;
  readonly log?: StreamLog;
}

/** A durable consumer of raw events: one transaction and one checkpoint move per batch. */
export class Subscription {
  private constructor(
    private readonly sink: CheckpointedSink,
    private readonly reader: StreamReader,
  ) {}

  static async start(options: SubscriptionOptions): Promise<Subscription> {
    const log = options.log ?? silent;
    const sink = new CheckpointedSink({
      consumer: options.consumer,
      version: options.version,
      checkpoints: new SqlCheckpoints(options.dataSource),
      knows: options.knows ?? (() => true),
      apply: options.apply,
      onHalt: (halt) => {
        const { code, source, shard, position } = halt;
        log('error', 'shard halted', { consumer: options.consumer, halt: code, source, shard, position });
        options.onHalt?.(halt);
      },
      log,
    });
    const reader = openReader(sink, {
      name: `${options.consumer}.v${options.version}`,
      sources: options.sources,
      stream: options.stream,
      batchSize: options.batchSize ?? 500,
      leases: { consumer: options.consumer, version: options.version, dataSource: options.dataSource },
      onCrash: options.onCrash,
      log,
    });
    await reader.start();
    return new Subscription(sink, reader);
  }

  /** Ends after the transaction in hand. */
  async stop(): Promise<void> {
    this.sink.stop();
    await this.reader.stop();
  }
}
