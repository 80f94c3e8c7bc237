import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ShardHead } from '@privity/event-store';
import { SHARDS } from '@privity/kernel';
import { openReader } from '../consume/open-reader.js';
import type { Cursor } from '../cursor.js';
import type { Halt } from '../halt.js';
import { shardKey } from '../names.js';
import type { StreamReader } from '../shard-sink.js';
import type { StreamConfig } from '../stream-config.js';
import type { EventBatch } from '../stream-event.js';
import { errorFacts, silent, type StreamLog } from '../stream-log.js';
import { MemorySink } from './memory-sink.js';
import { publisherHeads } from './publisher-heads.js';

export interface TailOptions {
  /** For logs and the name of the Kafka group, which is the tail's alone. */
  readonly name: string;
  readonly sources: readonly string[];
  readonly stream: StreamConfig;
  /** Source -> where a view loaded from a table stands; shards left out start from the beginning. */
  readonly from?: Readonly<Record<string, readonly ShardHead[]>>;
  /** Called in order per shard, once per event; a throw halts the shard for good, because the view may hold half a batch. */
  readonly apply: (batch: EventBatch) => void | Promise<void>;
  readonly onHalt?: (halt: Halt) => void;
  /** The reader cannot go on: the process should exit and be started again. */
  readonly onCrash: (error: Error) => void;
  readonly batchSize?: number;
  readonly log?: StreamLog;
}

/** Follows every shard of some sources into memory, with the checks of a durable consumer. For views that each replica holds whole. */
export class Tail {
  private readonly sink: MemorySink;
  private readonly reader: StreamReader;
  private readonly log: StreamLog;
  private readonly waiters = new Set<() => void>();
  private readonly stopping = new AbortController();
  private goal: Promise<Map<string, number>> | undefined;

  private constructor(private readonly options: TailOptions) {
    this.log = options.log ?? silent;
    this.sink = new MemorySink({
      from: cursorsOf(options.from ?? {}),
      apply: options.apply,
      onApplied: () => this.notify(),
      onHalt: (halt) => {
        const { code, source, shard, position } = halt;
        this.log('error', 'view halted', { view: options.name, halt: code, source, shard, position });
        options.onHalt?.(halt);
      },
    });
    this.reader = openReader(this.sink, {
      name: `${options.name}.tail-${randomUUID()}`,
      sources: options.sources,
      stream: options.stream,
      batchSize: options.batchSize ?? 1_000,
      leases: undefined,
      onCrash: options.onCrash,
      log: this.log,
    });
  }

  static async start(options: TailOptions): Promise<Tail> {
    const tail = new Tail(options);
    tail.goal = tail.headsAtStart();
    await tail.reader.start();
    return tail;
  }

  /**
   * Resolves when everything that the publishers had when the tail started is applied. Waits for publishers that are not
   * up yet; never resolves while a shard is halted short of it.
   */
  async caughtUp(): Promise<void> {
    const goal = (await this.goal) ?? new Map<string, number>();
    const reached = (): boolean =>
      this.options.sources.every((source) =>
        shards().every((shard) => this.sink.cursor(source, shard).position >= (goal.get(shardKey(source, shard)) ?? 0)),
      );
    while (!reached()) await new Promise<void>((resolve) => this.waiters.add(resolve));
  }

  /** What is applied of a source, all twelve shards. */
  positions(source: string): readonly ShardHead[] {
    return shards().map((shard) => {
      const { position, id } = this.sink.cursor(source, shard);
      return { shard, position, ...(id === undefined ? {} : { id }) };
    });
  }

  /** Shards that stand still, and why. */
  halts(): readonly Halt[] {
    const all = this.options.sources.flatMap((source) => shards().map((shard) => this.sink.haltOf(source, shard)));
    return all.filter((halt) => halt !== undefined);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.reader.stop();
  }

  private notify(): void {
    const waiting = [...this.waiters];
    this.waiters.clear();
    for (const wake of waiting) wake();
  }

  private async headsAtStart(): Promise<Map<string, number>> {
    const goal = new Map<string, number>();
    for (const source of this.options.sources) {
      const heads = await this.headsOnceUp(source);
      for (const { shard, position } of heads) goal.set(shardKey(source, shard), position);
    }
    return goal;
  }

  private async headsOnceUp(source: string): Promise<readonly ShardHead[]> {
    for (let trouble = 0; !this.stopping.signal.aborted; trouble++) {
      try {
        return await publisherHeads(this.options.stream, source, this.log);
      } catch (error) {
        if (trouble === 0) this.log('warn', 'publisher is not up yet', { source, ...errorFacts(error) });
        await sleep(250, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
    }
    return [];
  }
}

function shards(): number[] {
  return Array.from({ length: SHARDS }, (_, shard) => shard);
}

function cursorsOf(from: NonNullable<TailOptions['from']>): Map<string, Cursor> {
  const cursors = new Map<string, Cursor>();
  for (const [source, heads] of Object.entries(from)) {
    for (const { shard, position, id } of heads)
      cursors.set(shardKey(source, shard), { position, id, offset: undefined });
  }
  return cursors;
}
