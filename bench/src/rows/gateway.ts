import { withCallHouse } from '../calls/house.js';
import { callsPerSecond } from '../calls/load.js';
import { withServer } from '../database.js';
import { atLeast, type Line, type Row } from '../line.js';
import { alternate } from '../rounds.js';
import { CONNECTIONS, roundSeconds } from './calls.js';

/** What the public door adds. */
export const gateway: Row = {
  name: 'gateway',
  measure: (options) =>
    withServer(options.databaseUrl, (server) =>
      withCallHouse(server, async ({ routing, gateway, token, asked }): Promise<Line[]> => {
        const load = (url: string) => () =>
          callsPerSecond({ url, token, asked, connections: CONNECTIONS, seconds: roundSeconds(options) });
        const { ours, peer } = await alternate(options.rounds, load(gateway), load(routing));
        const share = (ours['perSecond'] ?? 0) / (peer['perSecond'] ?? 0);
        return [
          {
            work: `POST /api/calls, durable, ${CONNECTIONS} connections, through the gateway`,
            beside: "routing's own port",
            ours,
            peer,
            bars: [atLeast('share of its rate', share, 0.6, 0.8)],
            rounds: options.rounds,
          },
        ];
      }),
    ),
};
