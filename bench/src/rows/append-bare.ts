import pg from 'pg';
import { BareLane } from './bare-lane.js';
import { type BareRow, bareRow, bareText, CONNECTIONS, insertBare } from './bare-table.js';

/**
 * The limit of any group commit on this PostgreSQL: each asker waits for an answer of his own, as with a store, and what
 * is stored is not even checked. The lanes take turns, since no shard is anybody's.
 * @param url of a fresh bare table
 */
export async function openBare(url: string) {
  const clients = Array.from({ length: CONNECTIONS }, () => new pg.Client({ connectionString: url }));
  for (const client of clients) await client.connect();
  const text = await bareText(clients[0] as pg.Client);
  const lanes = clients.map((client) => new BareLane<BareRow>((rows) => insertBare(client, rows, text)));
  let position = 0;
  return {
    append: async (): Promise<number> => {
      const row = bareRow((position += 1));
      await lanes[row.position % lanes.length]?.ask(row);
      return row.position;
    },
    close: async () => {
      for (const client of clients) await client.end();
    },
  };
}
