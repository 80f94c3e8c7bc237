import type { HeadWitness, ShardHead } from '@privity/event-store';
import type pg from 'pg';

/** The audit log's own copy of a source's events, for a county without Kafka. Reads the audit service's database. */
export class LogWitness implements HeadWitness {
  readonly name = 'audit log';

  constructor(
    private readonly audit: pg.ClientBase,
    private readonly source: string,
  ) {}

  async heads(): Promise<readonly ShardHead[]> {
    const { rows } = await this.audit.query<{ shard: number; position: string; id: string }>(
      `select distinct on (shard) shard, position, id from transparency_log.entry
        where source = $1 order by shard, position desc`,
      [this.source],
    );
    return rows.map(({ shard, position, id }) => ({ shard, position: Number(position), id }));
  }

  async readAfter(shard: number, position: number, limit: number): Promise<readonly string[]> {
    const { rows } = await this.audit.query<{ text: string }>(
      `select text from transparency_log.entry
        where source = $1 and shard = $2 and position > $3 and position <= $3::bigint + $4 order by position`,
      [this.source, shard, position, limit],
    );
    return rows.map(({ text }) => text);
  }
}
