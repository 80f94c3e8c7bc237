import { migrateEventStore } from '@privity/event-store';
import { withServer } from '../database.js';
import { atLeast, atMost, type Bar, type Figures, type Line, type Row } from '../line.js';
import { alternate } from '../rounds.js';
import { startAppending } from './append-child.js';
import { openUnnest } from './append-unnest.js';
import { freshBareTable } from './bare-table.js';

const share = (a: Figures, b: Figures, figure: string) => (a[figure] ?? NaN) / (b[figure] ?? NaN);

/** The bars that the issue sets; at 16 and 256 the figures are published only. */
const BARS: Readonly<Record<number, (ours: Figures, peer: Figures) => Bar[]>> = {
  1: (ours, peer) => [atLeast('ratio', share(ours, peer, 'appends/s'), 1)],
  64: (ours, peer) => [
    atLeast('ratio', share(ours, peer, 'appends/s'), 8, 12),
    atMost('share of p99', share(ours, peer, 'p99'), 1 / 8),
  ],
};

/** At so many, also what no store on this PostgreSQL can beat: group commit, and nothing checked. */
const LIMIT_AT = 64;

/** One event to a new stream, which must not be there yet: by ours, by a peer, and by bare inserts. */
export const append: Row = {
  name: 'append',
  measure: ({ databaseUrl, rounds, quick, say }) =>
    withServer(databaseUrl, async (server): Promise<Line[]> => {
      const ms = quick ? 500 : 3_000;
      const ours = await startAppending((await server.fresh(migrateEventStore)).serviceUrl);
      const peer = await startAppending((await server.fresh()).ownerUrl, 'emmett');
      const bare = await startAppending(await freshBareTable(server), 'bare');
      const unnest = await openUnnest(server);

      const lines: Line[] = [];
      for (const appenders of [1, 16, 64, 256]) {
        say(`${appenders} appenders`);
        const measured = await alternate(
          rounds,
          () => ours.run({ appenders, ms }),
          () => peer.run({ appenders, ms }),
        );
        lines.push({
          work: `append at ${appenders} appenders`,
          beside: 'emmett-postgresql',
          ...measured,
          bars: BARS[appenders]?.(measured.ours, measured.peer) ?? [],
          rounds,
        });
      }
      say(`${LIMIT_AT} askers, nothing checked`);
      const order = { appenders: LIMIT_AT, ms };
      const limit = await alternate(
        rounds,
        () => bare.run(order),
        () => peer.run(order),
      );
      const work = `bare inserts grouped for ${LIMIT_AT} askers, nothing checked`;
      lines.push({ work, beside: 'emmett-postgresql', ...limit, bars: [], rounds });
      say('256 appenders, beside unnest');
      const measured = await alternate(
        rounds,
        () => ours.run({ appenders: 256, ms }),
        () => unnest.insert(ms),
      );
      const ratio = (measured.ours['appends/s'] ?? NaN) / (measured.peer['rows/s'] ?? NaN);
      const bars = [atLeast('share', ratio, 0.4, 0.6)];
      lines.push({ work: 'append at 256 appenders', beside: 'bare unnest of 500 rows', ...measured, bars, rounds });
      await unnest.close();
      await Promise.all([ours.stop(), peer.stop(), bare.stop()]);
      return lines;
    }),
};
