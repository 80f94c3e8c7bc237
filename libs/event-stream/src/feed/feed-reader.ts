import { setTimeout as sleep } from 'node:timers/promises';
import { GapDetected } from '../halt.js';
import { shardKey } from '../names.js';
import { type ReaderOptions, RESUME_CHECK_MS } from '../reader-options.js';
import type { ShardSink, StreamReader } from '../shard-sink.js';
import type { FeedStream } from '../stream-config.js';
import { errorFacts } from '../stream-log.js';
import { FeedClient } from './feed-client.js';
import type { FeedPage, FeedShard } from './feed-wire.js';
import { EveryShard, type HeldShard, LeasedShards, RENEW_MS, type ShardLeases } from './shard-leases.js';

const WAIT_MS = 20_000;
/** Shards of one page applied at once: each takes a connection to the consumer's database. */
const CONCURRENT_SHARDS = 3;

interface ShardState {
  position: number;
  halted: boolean;
}

const NO_NEWS_PAUSE_MS = 50;

/** Reads publishers' feeds: one long poll per source over all shards held here. */
export class FeedReader implements StreamReader {
  private readonly client: FeedClient;
  private readonly leases: ShardLeases;
  private readonly stopping = new AbortController();
  private readonly shards = new Map<string, ShardState>();
  private held: readonly HeldShard[] = [];
  /** Aborted to break off long polls when the shards to ask for change. */
  private changed = new AbortController();
  private running: Promise<unknown>[] = [];

  constructor(
    private readonly sink: ShardSink,
    private readonly options: ReaderOptions<FeedStream>,
  ) {
    this.client = new FeedClient(options.stream);
    this.leases =
      options.leases === undefined
        ? new EveryShard(options.sources)
        : new LeasedShards(options.leases, options.sources);
  }

  async start(): Promise<void> {
    await this.refresh();
    this.running = [this.keepLeases(), ...this.options.sources.map((source) => this.follow(source))];
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.changed.abort();
    await Promise.all(this.running);
    await this.client.close();
    await this.leases.release().catch(() => this.options.log('warn', 'leases were not released and will expire'));
  }

  private get stopped(): boolean {
    return this.stopping.signal.aborted;
  }

  private async keepLeases(): Promise<void> {
    for (let renewed = performance.now(); !this.stopped;) {
      await this.pause(RESUME_CHECK_MS);
      if (this.stopped) return;
      const due = performance.now() - renewed >= RENEW_MS;
      try {
        if (due) await this.refresh();
        else await this.checkHalted();
        if (due) renewed = performance.now();
      } catch (error) {
        this.options.log('warn', 'leases could not be renewed', errorFacts(error));
      }
    }
  }

  /** Takes and gives back shards, and opens those that are new here. */
  private async refresh(): Promise<void> {
    const held = await this.leases.renew();
    const keys = new Set(held.map(({ source, shard }) => shardKey(source, shard)));
    let different = false;
    for (const key of [...this.shards.keys()]) {
      if (keys.has(key)) continue;
      this.shards.delete(key);
      different = true;
    }
    for (const { source, shard } of held) {
      if (this.shards.has(shardKey(source, shard))) continue;
      await this.open(source, shard);
      different = true;
    }
    this.held = held;
    if (different) this.breakOffPolls();
    await this.checkHalted();
  }

  private async checkHalted(): Promise<void> {
    for (const { source, shard } of this.held) {
      if (this.shards.get(shardKey(source, shard))?.halted !== true) continue;
      const { halted } = await this.open(source, shard);
      if (!halted) this.breakOffPolls();
    }
  }

  private async open(source: string, shard: number): Promise<{ halted: boolean }> {
    const { cursor, halted } = await this.sink.open(source, shard);
    this.shards.set(shardKey(source, shard), { position: cursor.position, halted });
    return { halted };
  }

  private breakOffPolls(): void {
    this.changed.abort();
    this.changed = new AbortController();
  }

  private async follow(source: string): Promise<void> {
    for (let trouble = 0; !this.stopped;) {
      const signal = this.changed.signal;
      const after = this.wanted(source);
      if (after.size === 0) {
        await this.pause(RESUME_CHECK_MS, signal);
        continue;
      }
      try {
        const page = await this.read(source, after, signal);
        trouble = 0;
        // A publisher that stops answers at once, and would be asked again at once.
        if (page.shards.length === 0) await this.pause(NO_NEWS_PAUSE_MS, signal);
        await this.applyAll(source, page.shards);
      } catch (error) {
        if (signal.aborted) continue;
        if (trouble === 0) this.options.log('warn', 'feed will be tried again', { source, ...errorFacts(error) });
        trouble = Math.min(trouble + 1, 6);
        await this.pause(50 * 2 ** trouble, signal);
      }
    }
  }

  private read(source: string, after: ReadonlyMap<number, number>, signal: AbortSignal): Promise<FeedPage> {
    const { batchSize: limit, stream } = this.options;
    return stream.own?.source === source
      ? stream.own.serve({ after, limit, wait: WAIT_MS }, signal)
      : this.client.read(source, after, { limit, wait: WAIT_MS, signal });
  }

  private wanted(source: string): Map<number, number> {
    const after = new Map<number, number>();
    for (const { source: of, shard } of this.held) {
      const state = this.shards.get(shardKey(source, shard));
      if (of === source && state !== undefined && !state.halted) after.set(shard, state.position);
    }
    return after;
  }

  private async applyAll(source: string, shards: readonly FeedShard[]): Promise<void> {
    const queue = [...shards];
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined && !this.stopped; next = queue.shift())
        await this.apply(source, next);
    };
    await Promise.all(Array.from({ length: CONCURRENT_SHARDS }, worker));
  }

  private async apply(source: string, { shard, head, events }: FeedShard): Promise<void> {
    const state = this.shards.get(shardKey(source, shard));
    if (state === undefined || state.halted) return;
    if (head < state.position) {
      // Restored from an older copy: until it is as long again as it was, no event of another history would show it.
      state.halted = true;
      const cause = `the publisher ends at ${head}`;
      await this.sink.halt({ code: 'fork', source, shard, position: state.position, cause });
      return;
    }
    const delivered = events.map((text) => ({ text }));
    const verdict = await this.sink.accept(source, shard, delivered, () => Promise.resolve());
    state.position = verdict.cursor.position;
    state.halted = verdict.kind === 'halted' || verdict.kind === 'gap';
    if (verdict.kind === 'gap') {
      // The publisher's own store has a hole: there is nobody else to ask.
      const position = verdict.cursor.position + 1;
      const { code } = new GapDetected(source, shard, position, verdict.found);
      await this.sink.halt({ code: 'gap', source, shard, position, cause: `${code}: found ${verdict.found}` });
    }
  }

  private async pause(ms: number, signal: AbortSignal = this.stopping.signal): Promise<void> {
    await sleep(ms, undefined, { signal }).catch(() => undefined);
  }
}
