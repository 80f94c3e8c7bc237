import type { FeedServer } from './feed/feed-server.js';

/** Where a publisher's own feed answers: base URLs of each context's service, and the bearer token of the reader. */
export interface FeedAddresses {
  /** Context name -> base URL of each replica, `{ registry: ['http://127.0.0.1:4101'] }`; all serve the same store. */
  readonly feeds: Readonly<Record<string, readonly string[]>>;
  /** JWT with the role `service`. */
  readonly token: string;
}

export interface KafkaStream {
  readonly stream: 'kafka';
  readonly brokers: readonly string[];
  /** Copies that a topic has at least; 3, or as many as there are brokers, unless given. */
  readonly replicas?: number;
  /** The publishers themselves: asked where they stand, and for what a topic lacks. Without it a gap halts the shard. */
  readonly repair?: FeedAddresses;
}

export interface FeedStream extends FeedAddresses {
  readonly stream: 'feed';
  /** The reader's own events, for whom a request to itself would only be work. */
  readonly own?: Pick<FeedServer, 'source' | 'serve'>;
}

/** Which of the two adapters a service uses. Nothing above this library knows. */
export type StreamConfig = KafkaStream | FeedStream;
