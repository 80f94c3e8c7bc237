import type { DataSource } from 'typeorm';
import type { StreamConfig } from './stream-config.js';
import type { StreamLog } from './stream-log.js';

export interface ReaderOptions<Stream extends StreamConfig = StreamConfig> {
  /** Kafka group. */
  readonly name: string;
  readonly sources: readonly string[];
  readonly stream: Stream;
  /** Most events handed over at once. */
  readonly batchSize: number;
  /** Checkpoint rows to lease, so that replicas share the shards; without it every shard is read here. */
  readonly leases: { readonly consumer: string; readonly version: number; readonly dataSource: DataSource } | undefined;
  readonly onCrash: (error: Error) => void;
  readonly log: StreamLog;
}

/** How often a reader looks whether a halted shard was resumed. */
export const RESUME_CHECK_MS = 500;
