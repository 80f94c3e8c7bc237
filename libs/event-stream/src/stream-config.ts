/** Where a publisher's own feed answers: base URL of each context's service, and the bearer token of the reader. */
export interface FeedAddresses {
  /** Context name -> base URL, `{ registry: 'http://127.0.0.1:4101' }`. */
  readonly feeds: Readonly<Record<string, string>>;
  /** JWT with the role `service`. */
  readonly token: string;
}

export interface KafkaStream {
  readonly stream: 'kafka';
  readonly brokers: readonly string[];
  /** The publishers themselves: asked where they stand, and for what a topic lacks. Without it a gap halts the shard. */
  readonly repair?: FeedAddresses;
}

export interface FeedStream extends FeedAddresses {
  readonly stream: 'feed';
}

/** Which of the two adapters a service uses. Nothing above this library knows. */
export type StreamConfig = KafkaStream | FeedStream;
