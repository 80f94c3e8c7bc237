import { instant, machineClock } from '@privity/kernel';
import type { Clock } from '@privity/kernel';
import type { Pool } from 'pg';
import { Appender } from './appender.js';
import { reading } from './database-loss.js';
import { StoreRestored, StoreUnavailable } from './errors.js';
import type { Appended, ExpectedVersion, NewEvent, RecordedEvent, ShardHead } from './event.js';
import { headsIn, inspect } from './integrity.js';
import type { StoreMark } from './mark.js';
import { SqlDatabase } from './sql-database.js';
import type { StoreDatabase } from './store-database.js';
import { prepare, requireSource } from './validation.js';
import type { HeadWitness } from './witness.js';

/** Milliseconds between two writes of the mark while events are appended. */
const MARK_INTERVAL = 1_000;

export interface StoreOptions {
  /** `/privity/<service>`. */
  readonly source: string;
  /** Remembers, outside the database, which store this was and how far it went. */
  readonly mark?: StoreMark;
  /** Compared when the store is opened; one that is reachable only later goes to `recheck`. */
  readonly witness?: HeadWitness;
}

export interface EventStoreOptions extends StoreOptions {
  /** Of the service role. Stays the caller's: `close` does not end it. */
  readonly pool: Pool;
}

/** The events of one service: append, read, heads. Architecture, section 5. */
export class EventStore {
  private readonly listeners = new Set<() => void>();
  private readonly known = new Map<number, ShardHead>();
  private appender: Appender | undefined;
  private restoredReason: string | undefined;
  private identity = '';
  private markDue = false;
  private marking: Promise<void> = Promise.resolve();
  private readonly closing = new AbortController();

  private constructor(
    private readonly database: StoreDatabase,
    private readonly o: StoreOptions,
    private readonly clock: Clock,
  ) {}

  /**
   * Throws ShardCountMismatch, StoreUnavailable, InvalidEvent (`source`). A store that was restored opens for reading;
   * its appends are refused with StoreRestored, and `restored` says why.
   */
  static open(o: EventStoreOptions): Promise<EventStore> {
    // a connection that dies idle is replaced by the pool at the next query, and must not end the process
    if (!o.pool.listeners('error').includes(ignoreIdleLoss)) o.pool.on('error', ignoreIdleLoss);
    return EventStore.on(new SqlDatabase(o.pool), o);
  }

  /** The same on any database that passes the contract. */
  static async on(database: StoreDatabase, o: StoreOptions, clock: Clock = machineClock): Promise<EventStore> {
    requireSource(o.source);
    const store = new EventStore(database, o, clock);
    await store.recheck();
    return store;
  }

  get source(): string {
    return this.o.source;
  }

  /** Why appends are refused, or undefined. */
  get restored(): string | undefined {
    return this.restoredReason;
  }

  /**
   * Looks again whether the database is the one that mark, witness and this process knew: after `recover`, or when a
   * witness becomes reachable. Appends follow what it finds.
   */
  async recheck(witness: HeadWitness | undefined = this.o.witness): Promise<void> {
    const marked = await this.o.mark?.read();
    const state = await inspect(this.database, marked, witness);
    this.identity = state.identity;
    this.restoredReason = state.restored;
    if (state.restored !== undefined) {
      await this.appender?.drain(new StoreRestored(state.restored));
      this.appender = undefined;
      return;
    }
    for (const head of state.heads) this.known.set(head.shard, head);
    this.appender ??= new Appender({
      database: this.database,
      clock: this.clock,
      source: this.o.source,
      identity: state.identity,
      known: this.known,
      onAppended: () => this.appended(),
      onRestored: (reason) => {
        this.restoredReason = reason;
        this.appender = undefined;
      },
    });
    await this.writeMark();
  }

  /**
   * One atomic append of 1..n events to one stream, in a transaction of its own. Throws ConcurrencyConflict,
   * DuplicateEvent, InvalidEvent, StoreRestored, StoreUnavailable.
   */
  async append(stream: string, expected: ExpectedVersion, events: readonly NewEvent[]): Promise<Appended> {
    const prepared = prepare(this.o.source, stream, expected, events, instant());
    if (this.closed) throw new StoreUnavailable('the store is closed');
    if (!this.appender) throw new StoreRestored(this.restoredReason ?? 'not checked');
    return this.appender.append(prepared);
  }

  /** The events of a stream after a sequence, in order. */
  async readStream(stream: string, after = 0): Promise<RecordedEvent[]> {
    return reading(() => this.database.readStream(stream, after));
  }

  /** Up to `limit` events of a shard after a position, in order; what was read never gets a predecessor later. */
  async readShard(shard: number, after: number, limit: number): Promise<RecordedEvent[]> {
    return reading(() => this.database.readShard(shard, after, limit));
  }

  /** All twelve shards. */
  heads(): Promise<ShardHead[]> {
    return headsIn(this.database);
  }

  /** Called after this process has written events; other processes' appends are found by polling. Returns how to stop. */
  onAppended(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Refuses further appends, answers those that are queued, and writes the mark. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closing.abort();
    await this.appender?.drain(new StoreUnavailable('the store is closed'));
    if (this.restoredReason === undefined) await this.writeMark();
  }

  private get closed(): boolean {
    return this.closing.signal.aborted;
  }

  private appended(): void {
    // apart from the appends' answers, which a listener that throws must not touch
    for (const listener of this.listeners) queueMicrotask(listener);
    if (!this.o.mark || this.markDue || this.closed) return;
    this.markDue = true;
    void this.markLater();
  }

  private async markLater(): Promise<void> {
    await this.clock.sleep(MARK_INTERVAL, { signal: this.closing.signal, ref: false });
    this.markDue = false;
    if (this.closed || this.restoredReason !== undefined) return;
    // a mark that lags only knows less: the next one, or close, writes it again and reports
    await this.writeMark().catch(() => undefined);
  }

  /** One after the other, so that an older mark never replaces a newer one. */
  private writeMark(): Promise<void> {
    const write = async () => this.o.mark?.write({ identity: this.identity, heads: [...this.known.values()] });
    const written = this.marking.then(write);
    this.marking = written.catch(() => undefined);
    return written;
  }
}

function ignoreIdleLoss(): void {
  // the next query reports what matters
}
