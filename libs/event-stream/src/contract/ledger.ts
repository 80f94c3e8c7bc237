import { freshStore, type FreshStore } from '@privity/event-store/contract';
import { EventStore } from '@privity/event-store';
import { DataSource, type EntityManager } from 'typeorm';
import { migrateEventStream } from '../migration.js';
import { sourceOf } from '../names.js';
import type { EventBatch, StreamEvent } from '../stream-event.js';
import { count } from './count.js';

/** A database with both schemas, and a read model that shows every event applied twice, skipped or out of order. */
export interface Ledger {
  readonly database: FreshStore;
  readonly dataSource: DataSource;
  /** A second replica's connections. */
  replica(): Promise<DataSource>;
  openStore(context: string): Promise<EventStore>;
  /** Adds one to the counter of the shard and writes the event down: not idempotent, on purpose. */
  count(event: StreamEvent, manager: EntityManager): Promise<void>;
  countAll(batch: EventBatch, manager: EntityManager): Promise<void>;
  total(): Promise<number>;
  /** Positions as they were applied, by shard. */
  applied(context: string): Promise<Map<number, number[]>>;
  texts(context: string, shard: number): Promise<string[]>;
  checkpoint(context: string, shard: number): Promise<number>;
  close(): Promise<void>;
}

const READ_MODEL = `
create table counter (source text, shard int, n int not null, primary key (source, shard));
create table journal (n bigint generated always as identity, source text, shard int, position bigint, text text);
`;

export async function openLedger(adminUrl: string): Promise<Ledger> {
  const database = await freshStore(adminUrl);
  const serviceRole = new URL(database.serviceUrl).username;
  const owner = await database.owner.connect();
  try {
    await migrateEventStream(owner, { serviceRole });
    await owner.query(READ_MODEL);
    await owner.query(`grant select, insert, update on counter, journal to ${serviceRole}`);
  } finally {
    owner.release();
  }
  const sources: DataSource[] = [];
  const replica = async (): Promise<DataSource> => {
    const source = new DataSource({
      type: 'postgres',
      url: database.serviceUrl,
      // A connection that dies idle is replaced at the next query.
      poolErrorHandler: () => undefined,
    });
    sources.push(await source.initialize());
    return source;
  };
  const dataSource = await replica();
  const stores: EventStore[] = [];
  return {
    database,
    dataSource,
    replica,
    count,
    openStore: async (context) => {
      const store = await EventStore.open({ pool: database.service, source: sourceOf(context) });
      stores.push(store);
      return store;
    },
    countAll: async ({ events }, manager) => {
      for (const event of events) await count(event, manager);
    },
    total: async () => (await dataSource.query('select coalesce(sum(n), 0)::int as n from counter'))[0].n,
    applied: async (context) => {
      const rows: { shard: number; positions: string[] }[] = await dataSource.query(
        'select shard, array_agg(position order by n) as positions from journal where source = $1 group by shard',
        [sourceOf(context)],
      );
      return new Map(rows.map(({ shard, positions }) => [shard, positions.map(Number)]));
    },
    texts: async (context, shard) => {
      const rows: { text: string }[] = await dataSource.query(
        'select text from journal where source = $1 and shard = $2 order by n',
        [sourceOf(context), shard],
      );
      return rows.map(({ text }) => text);
    },
    checkpoint: async (context, shard) => {
      const rows: { position: string }[] = await dataSource.query(
        'select position from event_stream.checkpoint where source = $1 and shard = $2',
        [sourceOf(context), shard],
      );
      return Number(rows[0]?.position ?? 0);
    },
    close: async () => {
      for (const store of stores) await store.close();
      for (const source of sources) if (source.isInitialized) await source.destroy();
      await database.drop();
    },
  };
}
