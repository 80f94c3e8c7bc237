import { join } from 'node:path';
import { freePort } from '@privity/one-machine';
import { withCallHouse } from '../calls/house.js';
import { callsPerSecond } from '../calls/load.js';
import { startProcess } from '../calls/process.js';
import { migrateEventStore } from '@privity/event-store';
import { withServer } from '../database.js';
import { atLeast, type Line, type Row, type RowOptions } from '../line.js';
import { alternate } from '../rounds.js';

export const CONNECTIONS = 64;

/** Seconds of load per round. */
export function roundSeconds({ quick }: RowOptions): number {
  return quick ? 3 : 8;
}

/** A decided call, durable before its answer, beside a handler that only answers. */
export const calls: Row = {
  name: 'calls',
  measure: (options) =>
    withServer(options.databaseUrl, (server) =>
      withCallHouse(server, async ({ routing, token, asked }): Promise<Line[]> => {
        const handler = join(import.meta.dirname, '../calls/empty-handler.js');
        const empty = await startProcess(handler, await freePort(), {});
        const store = await server.fresh(migrateEventStore);
        const appending = await startProcess(handler, await freePort(), { BENCH_DATABASE_URL: store.serviceUrl });
        try {
          const load = (url: string) => () =>
            callsPerSecond({ url, token, asked, connections: CONNECTIONS, seconds: roundSeconds(options) });
          const { ours, peer } = await alternate(options.rounds, load(routing), load(empty.url));
          const share = (ours['perSecond'] ?? 0) / (peer['perSecond'] ?? 0);
          const bound = await alternate(options.rounds, load(appending.url), load(empty.url));
          return [
            {
              work: `POST /api/calls, durable, ${CONNECTIONS} connections, routing's own port`,
              beside: 'empty Nest + Fastify handler',
              ours,
              peer,
              bars: [atLeast('share of its rate', share, 0.3, 0.5)],
              rounds: options.rounds,
            },
            {
              work: 'an event of that size appended and nothing decided, behind the same handler',
              beside: 'empty Nest + Fastify handler',
              ...bound,
              bars: [],
              rounds: options.rounds,
            },
          ];
        } finally {
          await appending.stop();
          await empty.stop();
        }
      }),
    ),
};
