import type { ClientBase, Pool } from 'pg';
import { batchArguments, rowsOf } from './batch.js';
import type { AppendRow, BatchRow } from './batch.js';
import { recorded } from './envelope.js';
import type { RecordedEvent, ShardHead } from './event.js';
import { append } from './sql/append.js';
import { insertRecovery } from './sql/insert-recovery.js';
import { readHeads } from './sql/read-heads.js';
import { readIdAt } from './sql/read-id-at.js';
import { readIdentity } from './sql/read-identity.js';
import { readMissing } from './sql/read-missing.js';
import { readShard, readShardBeyond } from './sql/read-shard.js';
import { readStream } from './sql/read-stream.js';
import { restore } from './sql/restore.js';
import type { OwnedDatabase, StoreDatabase, StoreIdentity } from './store-database.js';
import type { PreparedAppend } from './validation.js';

/** Milliseconds without an answer after which a connection counts as lost. */
const ANSWER_TIMEOUT = 30_000;

interface EventRow {
  readonly shard: number;
  readonly position: string;
  readonly stream: string;
  readonly sequence: number;
  readonly id: string;
  readonly event: string;
}

/** Schema `event_store` of a PostgreSQL database. What one may do depends on the role behind the connection. */
export class SqlDatabase implements StoreDatabase, OwnedDatabase {
  constructor(private readonly connection: Pool | ClientBase) {}

  async identity(): Promise<StoreIdentity> {
    const { rows } = await this.connection.query<StoreIdentity>(readIdentity);
    const [row] = rows;
    if (!row) throw new Error('the database does not say which it is');
    return row;
  }

  async heads(): Promise<ShardHead[]> {
    const { rows } = await this.connection.query<{ shard: number; position: string; id: string | null }>(readHeads);
    return rows.map(({ shard, position, id }) => ({
      shard,
      position: Number(position),
      ...(id === null ? {} : { id }),
    }));
  }

  async missing(heads: readonly ShardHead[]): Promise<ShardHead[]> {
    const known = heads.filter((head) => head.position > 0);
    const { rows } = await this.connection.query<{ shard: number; position: string }>(readMissing, [
      known.map((head) => head.shard),
      known.map((head) => head.position),
      known.map((head) => head.id),
    ]);
    return known.filter((head) => rows.some((row) => row.shard === head.shard));
  }

  readStream(stream: string, after: number): Promise<RecordedEvent[]> {
    return this.read(readStream, [stream, after]);
  }

  async readShard(shard: number, after: number, limit: number): Promise<RecordedEvent[]> {
    const page = await this.read(readShard, [shard, after, limit]);
    return page.length > 0 ? page : this.read(readShardBeyond, [shard, after, limit]);
  }

  async append(
    identity: string,
    known: ReadonlyMap<number, ShardHead>,
    batch: readonly PreparedAppend[],
  ): Promise<AppendRow[]> {
    const query = { ...append, values: batchArguments(identity, known, batch), query_timeout: ANSWER_TIMEOUT };
    const [row] = (await this.connection.query<BatchRow>(query)).rows;
    if (!row) throw new Error('the database does not answer an append');
    return rowsOf(batch, row);
  }

  async idAt(shard: number, position: number): Promise<string | undefined> {
    return (await this.connection.query<{ id: string }>(readIdAt, [shard, position])).rows[0]?.id;
  }

  async restore(shard: number, texts: readonly string[]): Promise<number> {
    const { rows } = await this.connection.query<{ position: string }>(restore, [shard, texts]);
    return Number(rows[0]?.position);
  }

  async recordRecovery(witness: string, restored: number): Promise<void> {
    await this.connection.query(insertRecovery, [witness, restored]);
  }

  private async read(statement: string, values: unknown[]): Promise<RecordedEvent[]> {
    const { rows } = await this.connection.query<EventRow>(statement, values);
    return rows.map(({ shard, position, sequence, stream, id, event }) =>
      recorded({ shard, position: Number(position), sequence }, stream, id, event),
    );
  }
}
