import { type Ahead, offsetBefore, stillAhead } from '../ahead.js';
import { classify } from '../classify.js';
import { haltFor } from '../consume/checkpointed-sink.js';
import { BEGINNING, type Cursor } from '../cursor.js';
import type { Halt } from '../halt.js';
import { shardKey } from '../names.js';
import type { Opened, ShardSink, Verdict } from '../shard-sink.js';
import type { Delivered, EventBatch } from '../stream-event.js';
import { errorFacts } from '../stream-log.js';

export interface MemorySinkOptions {
  readonly from: ReadonlyMap<string, Cursor>;
  readonly apply: (batch: EventBatch) => void | Promise<void>;
  readonly onApplied: (source: string, shard: number, cursor: Cursor) => void;
  readonly onHalt: (halt: Halt) => void;
}

/** The same checks as with a database, and positions that live as long as the process. A halt stays until then too. */
export class MemorySink implements ShardSink {
  private readonly cursors: Map<string, Cursor>;
  private readonly halts = new Map<string, Halt>();
  private readonly aheads = new Map<string, Ahead>();

  constructor(private readonly options: MemorySinkOptions) {
    this.cursors = new Map(options.from);
  }

  cursor(source: string, shard: number): Cursor {
    return this.cursors.get(shardKey(source, shard)) ?? BEGINNING;
  }

  haltOf(source: string, shard: number): Halt | undefined {
    return this.halts.get(shardKey(source, shard));
  }

  open(source: string, shard: number): Promise<Opened> {
    return Promise.resolve({ cursor: this.cursor(source, shard), halted: this.halts.has(shardKey(source, shard)) });
  }

  async accept(source: string, shard: number, delivered: readonly Delivered[]): Promise<Verdict> {
    const { fresh, stop } = classify(source, shard, this.cursor(source, shard), delivered);
    const last = fresh[fresh.length - 1];
    const key = shardKey(source, shard);
    const ahead = stillAhead(this.aheads.get(key), stop, last?.position ?? this.cursor(source, shard).position);
    if (ahead === undefined) this.aheads.delete(key);
    else this.aheads.set(key, ahead);
    if (last !== undefined) {
      try {
        await this.options.apply({ source, shard, events: fresh });
      } catch (error) {
        // Part of the batch may stand in the view: it is wrong from here on, so it must not look current.
        const position = this.cursor(source, shard).position + 1;
        await this.halt({ code: 'handler-failed', source, shard, position, cause: errorFacts(error).error });
        return { kind: 'halted', cursor: this.cursor(source, shard) };
      }
      const offset = offsetBefore(ahead, last.offset ?? this.cursor(source, shard).offset);
      const cursor = { position: last.position, id: last.id, offset };
      this.cursors.set(key, cursor);
      this.options.onApplied(source, shard, cursor);
    }
    const cursor = this.cursor(source, shard);
    if (stop !== undefined && stop.code !== 'gap') {
      await this.halt(haltFor(source, shard, stop));
      return { kind: 'halted', cursor };
    }
    const found = ahead?.position ?? stop?.found;
    return found === undefined ? { kind: 'continue', cursor } : { kind: 'gap', cursor, found };
  }

  halt(halt: Halt): Promise<void> {
    this.halts.set(shardKey(halt.source, halt.shard), halt);
    this.options.onHalt(halt);
    return Promise.resolve();
  }
}
