import type { ShardOf } from '../consume/checkpoint-table.js';
import type { Checkpoints, CheckpointTransaction } from '../consume/checkpoints.js';
import { BEGINNING, type Cursor } from '../cursor.js';
import { type Halt, NotHalted } from '../halt.js';

/** What a handler writes through: done at the commit, or never. */
export interface MemoryEffects {
  write(effect: () => void): void;
}

class Transaction {
  readonly locked: string[] = [];
  readonly effects: (() => void)[] = [];
  over = false;
}

/** The consumer's tables of schema `event_stream` in memory: checkpoints, halts, parked events. */
export class MemoryConsumerTables {
  private readonly cursors = new Map<string, Cursor>();
  private readonly halts = new Map<string, Halt>();
  private readonly parkedEvents = new Map<string, Map<number, string>>();
  private readonly holders = new Map<string, Transaction>();
  private readonly waiting = new Map<string, (() => void)[]>();

  /** One more process: its transactions roll back when it is cut off. */
  connect(): MemoryCheckpoints {
    return new MemoryCheckpoints(this);
  }

  cursorOf(of: ShardOf): Cursor {
    return this.cursors.get(keyOf(of)) ?? BEGINNING;
  }

  setCursor(of: ShardOf, cursor: Cursor): void {
    this.cursors.set(keyOf(of), cursor);
  }

  haltOf(of: ShardOf): Halt | undefined {
    return this.halts.get(keyOf(of));
  }

  /** The first one stays. */
  setHalt(of: ShardOf, halt: Halt): void {
    if (!this.halts.has(keyOf(of))) this.halts.set(keyOf(of), halt);
  }

  parked(of: ShardOf): Map<number, string> {
    const parked = this.parkedEvents.get(keyOf(of)) ?? new Map<number, string>();
    this.parkedEvents.set(keyOf(of), parked);
    return parked;
  }

  /** As an operator does after a look at the halt. Throws NotHalted. */
  park(of: ShardOf): void {
    const halt = this.halts.get(keyOf(of));
    if (halt?.id === undefined || (halt.code !== 'handler-failed' && halt.code !== 'unhandled-type'))
      throw new NotHalted('nothing to park');
    this.parked(of).set(halt.position, halt.id);
    this.halts.delete(keyOf(of));
  }

  /** Locks a row for a transaction, after whoever holds it. */
  async lock(key: string, transaction: Transaction): Promise<void> {
    while (this.holders.has(key) && this.holders.get(key) !== transaction) {
      await new Promise<void>((resolve) => this.waiting.set(key, [...(this.waiting.get(key) ?? []), resolve]));
    }
    if (transaction.over) return;
    this.holders.set(key, transaction);
    transaction.locked.push(key);
  }

  end(transaction: Transaction): void {
    transaction.over = true;
    for (const key of transaction.locked) {
      this.holders.delete(key);
      const next = this.waiting.get(key) ?? [];
      this.waiting.delete(key);
      for (const wake of next) wake();
    }
  }
}

/** One process's way to the tables. */
export class MemoryCheckpoints implements Checkpoints<MemoryEffects> {
  private readonly open = new Set<Transaction>();

  constructor(private readonly tables: MemoryConsumerTables) {}

  /** Its connections are lost: what is under way rolls back. */
  cut(): void {
    for (const transaction of this.open) this.tables.end(transaction);
  }

  async read(of: ShardOf): Promise<Cursor> {
    return this.tables.cursorOf(of);
  }

  async halt(of: ShardOf): Promise<Halt | undefined> {
    return this.tables.haltOf(of);
  }

  async writeHalt(of: ShardOf, halt: Halt): Promise<void> {
    this.tables.setHalt(of, halt);
  }

  async parked(of: ShardOf, after: number): Promise<Map<number, string>> {
    return new Map([...this.tables.parked(of)].filter(([position]) => position > after));
  }

  async transaction(work: (transaction: CheckpointTransaction<MemoryEffects>) => Promise<void>): Promise<void> {
    const transaction = new Transaction();
    this.open.add(transaction);
    try {
      await work({
        manager: { write: (effect) => void transaction.effects.push(effect) },
        move: (of, from, to) => this.move(transaction, of, from, to),
      });
      if (transaction.over) throw lost();
      for (const effect of transaction.effects) effect();
    } finally {
      this.tables.end(transaction);
      this.open.delete(transaction);
    }
  }

  private async move(transaction: Transaction, of: ShardOf, from: Cursor, to: Cursor): Promise<boolean> {
    const key = keyOf(of);
    await this.tables.lock(key, transaction);
    if (transaction.over) throw lost();
    const now = this.tables.cursorOf(of);
    if (now.position !== from.position || now.id !== from.id) return false;
    transaction.effects.push(() => this.tables.setCursor(of, { ...to, offset: to.offset ?? now.offset }));
    return true;
  }
}

function keyOf({ consumer, version, source, shard }: ShardOf): string {
  return `${consumer}.v${version} ${source}#${shard}`;
}

function lost(): Error {
  return Object.assign(new Error('Connection terminated'), { code: 'ECONNRESET' });
}
