import { parseEnvelope, type ShardHead } from '@privity/event-store';
import { SHARDS } from '@privity/kernel';
import type { PublishedShards } from '../cursor.js';

interface Line {
  readonly position: number;
  readonly stream: string;
  readonly text: string;
}

/** A publisher that says whatever it was told, once too often: each answer begins with an event the reader has. */
export class ScriptedShards implements PublishedShards {
  private readonly lines = Array.from({ length: SHARDS }, (): Line[] => []);
  private readonly listeners: (() => void)[] = [];

  deliver(shard: number, texts: readonly string[]): void {
    const lines = this.lines[shard];
    for (const text of texts) {
      const { position, subject } = parseEnvelope(text);
      lines?.push({ position: Number(position), stream: subject, text });
    }
    lines?.sort((a, b) => a.position - b.position);
    for (const listener of this.listeners) listener();
  }

  heads(): Promise<ShardHead[]> {
    return Promise.resolve(
      this.lines.map((lines, shard) => ({ shard, position: lines[lines.length - 1]?.position ?? 0 })),
    );
  }

  readShard(shard: number, after: number, limit: number): Promise<Line[]> {
    const lines = this.lines[shard] ?? [];
    const next = lines.findIndex(({ position }) => position > after);
    return Promise.resolve(next < 0 ? [] : lines.slice(Math.max(0, next - 1), next + limit));
  }

  onAppended(listener: () => void): void {
    this.listeners.push(listener);
  }
}
