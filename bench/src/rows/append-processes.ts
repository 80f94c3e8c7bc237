import { migrateEventStore } from '@privity/event-store';
import { withServer } from '../database.js';
import type { Figures, Line, Row } from '../line.js';
import { alternate } from '../rounds.js';
import { type AppendingProcess, startAppending } from './append-child.js';

const sum = (all: readonly Figures[]): Figures => ({
  'appends/s': all.reduce((total, figures) => total + (figures['appends/s'] ?? NaN), 0),
  'worst p99': Math.max(...all.map((figures) => figures['p99'] ?? NaN)),
});

/** Operating system processes that append to one store; and whether a busy one starves one that has a single append. */
export const appendProcesses: Row = {
  name: 'append-processes',
  measure: ({ databaseUrl, rounds, quick, say }) =>
    withServer(databaseUrl, async (server): Promise<Line[]> => {
      const ms = quick ? 500 : 3_000;
      const { serviceUrl } = await server.fresh(migrateEventStore);
      const processes = await Promise.all(Array.from({ length: 4 }, () => startAppending(serviceUrl)));
      const [first, second] = processes as [AppendingProcess, AppendingProcess];
      const busy = { appenders: 64, ms };
      const together = async (count: number) =>
        sum(await Promise.all(processes.slice(0, count).map((each) => each.run(busy))));

      const lines: Line[] = [];
      for (const count of [2, 4]) {
        say(`${count} processes`);
        const measured = await alternate(
          rounds,
          () => together(count),
          () => together(1),
        );
        lines.push({
          work: `append in ${count} processes, 64 appenders each`,
          beside: 'one',
          ...measured,
          bars: [],
          rounds,
        });
      }
      say('one appender beside a busy process');
      const lone = { appenders: 1, ms };
      const measured = await alternate(
        rounds,
        async () => (await Promise.all([first.run(lone), second.run(busy)]))[0],
        () => first.run(lone),
      );
      lines.push({ work: 'one appender beside a busy process', beside: 'alone', ...measured, bars: [], rounds });
      await Promise.all(processes.map((each) => each.stop()));
      return lines;
    }),
};
