import type { Clock } from '@privity/kernel';
import { AppendQueue } from './append-queue.js';
import { answerOf, headsOf } from './batch.js';
import type { AppendRow } from './batch.js';
import { isPassing, sqlState } from './database-loss.js';
import { StoreRestored, StoreUnavailable } from './errors.js';
import type { Appended, ShardHead } from './event.js';
import type { StoreDatabase } from './store-database.js';
import type { PreparedAppend } from './validation.js';

/**
 * Shards are dealt to two lanes, alike in every process, and a lane has one transaction in flight: one computes while the
 * other's commit goes to disk, and neither waits for a shard that the other holds. More lanes only make smaller batches.
 */
const LANES = 2;
const BATCH_APPENDS = 1_000;
const BATCH_BYTES = 8 * 1024 * 1024;
/** Milliseconds before each further try of a batch: about four seconds in all. */
const RETRY_DELAYS = [25, 100, 250, 500, 1_000, 2_000];

interface Waiting extends PreparedAppend {
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: unknown) => void;
}

/** What the appender needs to know of the store it writes to. */
export interface AppendTarget {
  readonly database: StoreDatabase;
  readonly clock: Clock;
  readonly source: string;
  /** As `event_store.identity()` gave it. */
  readonly identity: string;
  /** Newest event known of each shard; moved on by each answer. */
  readonly known: Map<number, ShardHead>;
  readonly onAppended: () => void;
  readonly onRestored: (reason: string) => void;
}

/** Appends of a process, each in a transaction with others of its lane. */
export class Appender {
  private readonly lanes: readonly Lane[];
  private stopped: Error | undefined;

  constructor(target: AppendTarget) {
    const onRestored = (reason: string) => {
      this.stopped = new StoreRestored(reason);
      target.onRestored(reason);
    };
    this.lanes = Array.from({ length: LANES }, () => new Lane({ ...target, onRestored }));
  }

  append(prepared: PreparedAppend): Promise<Appended> {
    if (this.stopped) return Promise.reject(this.stopped);
    const lane = this.lanes[prepared.shard % LANES];
    return new Promise((resolve, reject) => lane?.add({ ...prepared, resolve, reject }));
  }

  /** Takes no more; resolves when everything that was queued has its answer. */
  async drain(reason: Error): Promise<void> {
    this.stopped ??= reason;
    await Promise.all(this.lanes.map((lane) => lane.drained()));
  }
}

/**
 * Group commit: appends that come while a transaction is under way go together in the next one, each with an answer of
 * its own. An append is never part of a caller's transaction: two such in opposite shard order would deadlock.
 */
class Lane {
  private readonly queue = new AppendQueue<Waiting>();
  private readonly idle: (() => void)[] = [];
  private busy = false;
  private scheduled = false;

  constructor(private readonly target: AppendTarget) {}

  add(waiting: Waiting): void {
    this.queue.add(waiting);
    this.schedule();
  }

  async drained(): Promise<void> {
    if (this.busy || this.scheduled) await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  /** A turn of the event loop later, so that what is appended in the same turn shares a transaction. */
  private schedule(): void {
    if (this.scheduled || this.busy) return;
    this.scheduled = true;
    this.target.clock.soon(() => {
      this.scheduled = false;
      this.start();
    });
  }

  private start(): void {
    const batch = this.queue.take(BATCH_APPENDS, BATCH_BYTES);
    if (batch.length === 0) {
      for (const resolve of this.idle.splice(0)) resolve();
      return;
    }
    this.busy = true;
    void this.settle(batch).finally(() => {
      this.busy = false;
      this.queue.release(batch);
      this.schedule();
    });
  }

  private async settle(batch: readonly Waiting[]): Promise<void> {
    try {
      this.answer(batch, await this.writeWithRetries(batch));
    } catch (error) {
      if (error instanceof StoreRestored || error instanceof StoreUnavailable) {
        // those behind would find the same, each after as long a wait
        for (const waiting of [...batch, ...this.queue.clear()]) waiting.reject(error);
      } else if (batch.length === 1) {
        batch[0]?.reject(error);
      } else {
        // the database refused the batch for a reason unforeseen: find the culprit, spare its neighbours
        for (const waiting of batch) await this.settle([waiting]);
      }
    }
  }

  private async writeWithRetries(batch: readonly Waiting[]): Promise<readonly AppendRow[]> {
    for (const delay of [...RETRY_DELAYS, undefined]) {
      try {
        const { database, identity, known } = this.target;
        return await database.append(identity, known, batch);
      } catch (error) {
        if (sqlState(error) === 'PV001') throw this.restored((error as Error).message);
        if (!isPassing(error)) throw error;
        if (delay === undefined)
          throw new StoreUnavailable('the database does not answer; retry with the same ids', error);
        // a lost connection may have committed: the same ids find their events, or write them now
        await this.target.clock.sleep(delay);
      }
    }
    throw new StoreUnavailable('the database does not answer; retry with the same ids');
  }

  private restored(reason: string): StoreRestored {
    this.target.onRestored(reason);
    return new StoreRestored(reason);
  }

  private answer(batch: readonly Waiting[], rows: readonly AppendRow[]): void {
    const answers: Appended[] = [];
    for (const [n, waiting] of batch.entries()) {
      const row = rows[n];
      try {
        if (!row) throw new Error('the store gave fewer answers than there were appends');
        const answer = answerOf(this.target.source, waiting, row);
        answers.push(answer);
        waiting.resolve(answer);
      } catch (error) {
        waiting.reject(error);
      }
    }
    for (const head of headsOf(answers)) this.learn(head);
    if (answers.some((answer) => !answer.repeated)) this.target.onAppended();
  }

  /** The answers of two transactions may come in either order. */
  private learn(head: ShardHead): void {
    if ((this.target.known.get(head.shard)?.position ?? 0) < head.position) this.target.known.set(head.shard, head);
  }
}
