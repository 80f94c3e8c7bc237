import type { HeadWitness, ShardHead } from '@privity/event-store';
import { SHARDS } from '@privity/kernel';
import type { RelayTarget, ShardMessages } from '../relay/relay-target.js';
import { type Delivered, readStreamEvent, type StreamEvent } from '../stream-event.js';

/** A topic in memory: a list of texts for each shard, the offset its index. */
export class MemoryTopic implements RelayTarget, HeadWitness {
  readonly name: string;
  private readonly partitions = Array.from({ length: SHARDS }, (): string[] => []);

  constructor(private readonly source: string) {
    this.name = `topic of ${source}`;
  }

  async send(batch: readonly ShardMessages[]): Promise<void> {
    for (const { shard, messages } of batch) this.partitions[shard]?.push(...messages.map(({ text }) => text));
  }

  async close(): Promise<void> {
    // nothing is held open
  }

  /** Up to so many messages from an offset on. */
  from(shard: number, offset: bigint, limit: number): Delivered[] {
    const first = Number(offset);
    const texts = this.partitions[shard]?.slice(first, first + limit) ?? [];
    return texts.map((text, n) => ({ text, offset: BigInt(first + n) }));
  }

  /** Messages in a partition, repeats counted. */
  length(shard: number): number {
    return this.partitions[shard]?.length ?? 0;
  }

  holds(shard: number, text: string): boolean {
    return this.partitions[shard]?.includes(text) ?? false;
  }

  async heads(): Promise<ShardHead[]> {
    return this.partitions.flatMap((_, shard) => {
      const newest = [...this.events(shard).values()].reduce<StreamEvent | undefined>(
        (last, event) => (event.position > (last?.position ?? 0) ? event : last),
        undefined,
      );
      return newest === undefined ? [] : [{ shard, position: newest.position, id: newest.id }];
    });
  }

  async readAfter(shard: number, position: number, limit: number): Promise<string[]> {
    const found = this.events(shard);
    const texts: string[] = [];
    for (let next = position + 1; next <= position + limit; next++) {
      const text = found.get(next)?.text;
      if (text === undefined) break;
      texts.push(text);
    }
    return texts;
  }

  private events(shard: number): Map<number, StreamEvent> {
    const found = new Map<number, StreamEvent>();
    for (const text of this.partitions[shard] ?? []) {
      const event = readStreamEvent(this.source, shard, { text });
      found.set(event.position, event);
    }
    return found;
  }
}
