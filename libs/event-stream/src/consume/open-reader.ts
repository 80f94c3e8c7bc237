import { FeedReader } from '../feed/feed-reader.js';
import { KafkaReader } from '../kafka/kafka-reader.js';
import type { ReaderOptions } from '../reader-options.js';
import type { ShardSink, StreamReader } from '../shard-sink.js';

/** The one place that knows that there are two adapters. */
export function openReader(sink: ShardSink, options: ReaderOptions): StreamReader {
  const { stream } = options;
  return stream.stream === 'kafka'
    ? new KafkaReader(sink, { ...options, stream })
    : new FeedReader(sink, { ...options, stream });
}
