import { join } from 'node:path';
import { freePort } from '@privity/one-machine';
import { fillWithCalls } from '../calls/fill.js';
import { withCallHouse } from '../calls/house.js';
import { callsPerSecond } from '../calls/load.js';
import { startProcess } from '../calls/process.js';
import { withServer } from '../database.js';
import { atLeast, type Line, type Row } from '../line.js';
import { alternate } from '../rounds.js';
import { CONNECTIONS, roundSeconds } from './calls.js';

/** Millions of events. */
const SIZES = [0.1, 1, 5];
const QUICK_SIZES = [0.01, 0.03, 0.1];

/**
 * Decided calls while the store grows. What the machine gives changes in the minutes that growing takes, so at each size
 * the empty handler is measured in the same rounds, and its share is compared.
 */
export const growthDecide: Row = {
  name: 'growth-decide',
  measure: (options) =>
    withServer(options.databaseUrl, (server) =>
      withCallHouse(server, async ({ routing, token, asked, database }): Promise<Line[]> => {
        const empty = await startProcess(join(import.meta.dirname, '../calls/empty-handler.js'), await freePort(), {});
        try {
          const load = (url: string) => () =>
            callsPerSecond({ url, token, asked, connections: CONNECTIONS, seconds: roundSeconds(options) });
          const ours: Record<string, number> = {};
          const peer: Record<string, number> = {};
          const shares: number[] = [];
          for (const millions of options.quick ? QUICK_SIZES : SIZES) {
            options.say(`${millions} million events`);
            await fillWithCalls(database.serviceUrl, millions * 1_000_000);
            const at = await alternate(options.rounds, load(routing), load(empty.url));
            const [rate = NaN, beside = NaN] = [at.ours['perSecond'], at.peer['perSecond']];
            ours[`perSecond at ${millions} M`] = rate;
            peer[`perSecond at ${millions} M`] = beside;
            shares.push(rate / beside);
          }
          const flat = Math.min(...shares) / Math.max(...shares);
          return [
            {
              work: 'growth: decided calls while the store grows',
              beside: 'empty Nest + Fastify handler in the same rounds',
              ours,
              peer,
              bars: [atLeast('smallest share of the largest', flat, 0.8)],
              rounds: options.rounds,
            },
          ];
        } finally {
          await empty.stop();
        }
      }),
    ),
};
