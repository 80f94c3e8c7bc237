import type { DataSource, EntityManager } from 'typeorm';
import type { Cursor } from '../cursor.js';
import type { Halt } from '../halt.js';
import { moveCheckpoint, readCheckpoint, readHalt, readParked, type ShardOf, writeHalt } from './checkpoint-table.js';

/** A transaction of the consumer's database. */
export interface CheckpointTransaction<Manager> {
  /** What the consumer's effects are written through. */
  readonly manager: Manager;
  /**
   * Moves the checkpoint if it still stands where the caller believes. False: somebody else moved it, and this
   * transaction must not commit. Called first, so that a second consumer waits here before it does the work.
   */
  move(of: ShardOf, from: Cursor, to: Cursor): Promise<boolean>;
}

/** Where a consumer's progress is kept: beside its effects, so that both are committed or neither. */
export interface Checkpoints<Manager> {
  /** At the beginning, where there is none yet. */
  read(of: ShardOf): Promise<Cursor>;
  halt(of: ShardOf): Promise<Halt | undefined>;
  /** The first one stays. */
  writeHalt(of: ShardOf, halt: Halt): Promise<void>;
  /** Ids of parked events after a position, by position. */
  parked(of: ShardOf, after: number): Promise<Map<number, string>>;
  /** Commits when `work` resolves, rolls back when it rejects. */
  transaction(work: (transaction: CheckpointTransaction<Manager>) => Promise<void>): Promise<void>;
}

/** Schema `event_stream` of the consumer's PostgreSQL. */
export class SqlCheckpoints implements Checkpoints<EntityManager> {
  constructor(private readonly dataSource: DataSource) {}

  read(of: ShardOf): Promise<Cursor> {
    return readCheckpoint(this.dataSource.manager, of);
  }

  halt(of: ShardOf): Promise<Halt | undefined> {
    return readHalt(this.dataSource.manager, of);
  }

  writeHalt(of: ShardOf, halt: Halt): Promise<void> {
    return writeHalt(this.dataSource.manager, of, halt);
  }

  parked(of: ShardOf, after: number): Promise<Map<number, string>> {
    return readParked(this.dataSource.manager, of, after);
  }

  transaction(work: (transaction: CheckpointTransaction<EntityManager>) => Promise<void>): Promise<void> {
    return this.dataSource.transaction((manager) =>
      work({ manager, move: (of, from, to) => moveCheckpoint(manager, of, from, to) }),
    );
  }
}
