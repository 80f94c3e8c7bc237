import pg from 'pg';
import type { BenchServer } from '../database.js';
import type { Figures } from '../line.js';
import { bareRow, bareText, CONNECTIONS, freshBareTable, insertBare } from './bare-table.js';

const ROWS = 500;

export interface Unnest {
  insert(ms: number): Promise<Figures>;
  close(): Promise<void>;
}

/**
 * What the same rows cost at least: a bare table in the same server, durable, as many connections. Each row brings what
 * nothing can do without, a new id and a new stream, and nobody waits for an answer of his own.
 */
export async function openUnnest(server: BenchServer): Promise<Unnest> {
  const connectionString = await freshBareTable(server);
  const clients = Array.from({ length: CONNECTIONS }, () => new pg.Client({ connectionString }));
  for (const client of clients) await client.connect();
  const text = await bareText(clients[0] as pg.Client);
  let position = 0;
  const batch = () => Array.from({ length: ROWS }, () => bareRow((position += 1)));
  return {
    insert: async (ms) => {
      const started = performance.now();
      let rows = 0;
      await Promise.all(
        clients.map(async (client) => {
          while (performance.now() < started + ms) {
            await insertBare(client, batch(), text);
            rows += ROWS;
          }
        }),
      );
      return { 'rows/s': rows / ((performance.now() - started) / 1000) };
    },
    close: async () => {
      for (const client of clients) await client.end();
    },
  };
}
