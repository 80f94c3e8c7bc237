import type { Pool } from 'pg';
import { AppendQueue } from './append-queue.js';
import { answerOf, batchArguments, headsOf } from './batch.js';
import type { AppendRow } from './batch.js';
import { isPassing, sqlState } from './database-loss.js';
import { StoreRestored, StoreUnavailable } from './errors.js';
import type { Appended, ShardHead } from './event.js';
import { append as appendStatement } from './sql/append.js';
import type { PreparedAppend } from './validation.js';

/** Two: one computes while the other's commit goes to disk. More only wait for the same heads. */
const IN_FLIGHT = 2;
const BATCH_APPENDS = 1_000;
const BATCH_BYTES = 8 * 1024 * 1024;
/** Milliseconds before each further try of a batch: about four seconds in all. */
const RETRY_DELAYS = [25, 100, 250, 500, 1_000, 2_000];
/** Milliseconds without an answer after which a connection counts as lost. */
const ANSWER_TIMEOUT = 30_000;

interface Waiting extends PreparedAppend {
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: unknown) => void;
}

/** What the appender needs to know of the store it writes to. */
export interface AppendTarget {
  readonly pool: Pool;
  readonly source: string;
  /** As `event_store.identity()` gave it. */
  readonly identity: string;
  /** Newest event known of each shard; moved on by each answer. */
  readonly known: Map<number, ShardHead>;
  readonly onAppended: () => void;
  readonly onRestored: (reason: string) => void;
}

/**
 * Group commit: appends that come while a transaction is under way go together in the next one, each with an answer of
 * its own. An append is never part of a caller's transaction: two such in opposite shard order would deadlock.
 */
export class Appender {
  private readonly queue = new AppendQueue<Waiting>();
  private readonly idle: (() => void)[] = [];
  private inFlight = 0;
  private scheduled = false;
  private stopped: Error | undefined;

  constructor(private readonly target: AppendTarget) {}

  append(prepared: PreparedAppend): Promise<Appended> {
    if (this.stopped) return Promise.reject(this.stopped);
    return new Promise((resolve, reject) => {
      this.queue.add({ ...prepared, resolve, reject });
      this.schedule();
    });
  }

  /** Takes no more; resolves when everything that was queued has its answer. */
  async drain(reason: Error): Promise<void> {
    this.stopped ??= reason;
    if (this.inFlight > 0 || this.scheduled) await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  /** A turn of the event loop later, so that what is appended in the same turn shares a transaction. */
  private schedule(): void {
    if (this.scheduled || this.inFlight === IN_FLIGHT) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.start();
    });
  }

  private start(): void {
    while (this.inFlight < IN_FLIGHT) {
      const batch = this.queue.take(BATCH_APPENDS, BATCH_BYTES);
      if (batch.length === 0) break;
      this.inFlight++;
      void this.settle(batch).finally(() => {
        this.inFlight--;
        this.queue.release(batch);
        this.schedule();
      });
    }
    if (this.inFlight === 0) for (const resolve of this.idle.splice(0)) resolve();
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

  private async writeWithRetries(batch: readonly Waiting[]): Promise<AppendRow[]> {
    for (const delay of [...RETRY_DELAYS, undefined]) {
      try {
        return await this.write(batch);
      } catch (error) {
        if (sqlState(error) === 'PV001') throw this.restored((error as Error).message);
        if (!isPassing(error)) throw error;
        if (delay === undefined)
          throw new StoreUnavailable('the database does not answer; retry with the same ids', error);
        // a lost connection may have committed: the same ids find their events, or write them now
        await new Promise((resolve) => setTimeout(resolve, delay));
      }
    }
    throw new StoreUnavailable('the database does not answer; retry with the same ids');
  }

  private async write(batch: readonly Waiting[]): Promise<AppendRow[]> {
    const { pool, identity, known } = this.target;
    const query = { ...appendStatement, values: batchArguments(identity, known, batch), query_timeout: ANSWER_TIMEOUT };
    return (await pool.query<AppendRow>(query)).rows;
  }

  private restored(reason: string): StoreRestored {
    const error = new StoreRestored(reason);
    this.stopped = error;
    this.target.onRestored(reason);
    return error;
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
