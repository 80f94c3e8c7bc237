/** What goes to one partition in one send. */
export interface ShardMessages {
  readonly shard: number;
  readonly messages: readonly { /** Stream id. */ readonly key: string; readonly text: string }[];
}

/** Where a relay sends to. `send` resolves when every message is durable, and is never called twice at once. */
export interface RelayTarget {
  send(batch: readonly ShardMessages[]): Promise<void>;
  close(): Promise<void>;
}
