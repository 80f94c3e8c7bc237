import { Injectable } from '@nestjs/common';
import { TILE_WIDTH, encodeBundle, type TileReader } from '@privity/transparency-log';
import { DataSource } from 'typeorm';

export interface LogHead {
  readonly size: number;
  readonly root: Buffer;
}

export interface SignedHead extends LogHead {
  /** The signed note. */
  readonly note: string;
}

export interface LogEntry {
  readonly index: number;
  readonly text: string;
}

/** How much of one shard of one source is in the log. Positions are gapless, so both are equal when all is well. */
export interface Coverage {
  readonly source: string;
  readonly shard: number;
  /** Highest position. */
  readonly position: number;
  /** Number of distinct positions. */
  readonly entries: number;
}

/** Reads the log's tables. */
@Injectable()
export class LogStore {
  constructor(private readonly dataSource: DataSource) {}

  /** What is integrated, signed or not. */
  async head(): Promise<LogHead> {
    const [row] = await this.rows<{ size: string; root: Buffer }>('select size, root from transparency_log.head');
    if (row === undefined) throw new Error('transparency_log.head has no row: the database was not migrated');
    return { size: Number(row.size), root: row.root };
  }

  async lastCheckpoint(): Promise<SignedHead | undefined> {
    const [row] = await this.rows<{ size: string; root: Buffer; note: string }>(
      'select size, root, note from transparency_log.checkpoint order by size desc limit 1',
    );
    return row === undefined ? undefined : { size: Number(row.size), root: row.root, note: row.note };
  }

  /** Two replicas may sign the same size: the notes are equal, one stays. */
  async saveCheckpoint({ size, root, note }: SignedHead): Promise<void> {
    await this.rows(
      'insert into transparency_log.checkpoint (size, root, note) values ($1, $2, $3) on conflict do nothing',
      [size, root, note],
    );
  }

  /** Tiles as wide as they are by now; a tile that is not there comes back empty. */
  readonly readTiles: TileReader = async (ids) => {
    const found = await this.rows<{ level: number; index: string; hashes: Buffer }>(
      `select level, index, hashes from transparency_log.tile
        where (level, index) in (select * from unnest($1::smallint[], $2::bigint[]))`,
      [ids.map(({ level }) => level), ids.map(({ index }) => index)],
    );
    const tiles = new Map(found.map(({ level, index, hashes }) => [`${level}/${index}`, hashes]));
    return ids.map(({ level, index }) => tiles.get(`${level}/${index}`) ?? Buffer.alloc(0));
  };

  /** The first `width` entries of a bundle, encoded. */
  async readBundle(index: number, width: number): Promise<Buffer> {
    const start = index * TILE_WIDTH;
    const rows = await this.rows<{ text: string }>(
      'select text from transparency_log.entry where log_index >= $1 and log_index < $2 order by log_index',
      [start, start + width],
    );
    return encodeBundle(rows.map(({ text }) => text));
  }

  /** The entry of an event. Ids are unique; should two sources ever share one, the first to be logged answers. */
  async entryOf(eventId: string): Promise<LogEntry | undefined> {
    const [row] = await this.rows<{ log_index: string; text: string }>(
      'select log_index, text from transparency_log.entry where id = $1 order by log_index limit 1',
      [eventId],
    );
    return row === undefined ? undefined : { index: Number(row.log_index), text: row.text };
  }

  async coverage(): Promise<Coverage[]> {
    const rows = await this.rows<{ source: string; shard: number; position: string; entries: string }>(
      `select source, shard, max(position) as position, count(*) as entries
         from transparency_log.entry group by source, shard order by source, shard`,
    );
    return rows.map((row) => ({ ...row, position: Number(row.position), entries: Number(row.entries) }));
  }

  private rows<T>(sql: string, parameters: unknown[] = []): Promise<T[]> {
    return this.dataSource.query(sql, parameters);
  }
}
