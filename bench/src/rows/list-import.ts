import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { PrivityClient } from '@privity/client';
import { freePorts } from '@privity/one-machine';
import { TestInstallation } from '@privity/service/testing';
import pg from 'pg';
import { built, migrated } from '../calls/house.js';
import { startProcess } from '../calls/process.js';
import { withServer } from '../database.js';
import { atLeast, atMost, type Figures, type Line, type Row } from '../line.js';
import { alternate } from '../rounds.js';
import { freshBareTable } from './bare-table.js';
import { copySeconds, eventLines } from './copy-events.js';

const HEADER = 'PHONE,DNR,PRIV,SITE,ADDED_DT,ENDED_DT,NOTE';
const FIRST_NUMBER = 2_000_000_000;
/** A registry that has read its numbers has nothing more to do. */
const SETTLED_MS = 5_000;

/** A list of numbers nobody has named yet, through the registry's own port, beside COPY of the very events that come of it. */
export const listImport: Row = {
  name: 'list-import',
  measure: ({ databaseUrl, rounds, quick, say }) =>
    withServer(databaseUrl, async (server): Promise<Line[]> => {
      // With the round that goes before, a million in all.
      const size = quick ? 10_000 : Math.ceil(1_000_000 / (rounds + 1));
      const installation = new TestInstallation();
      const folder = await mkdtemp(join(tmpdir(), 'privity-bench-list-'));
      const database = await migrated('registry', server);
      const [port = 0, nobody = 0] = await freePorts(2);
      const url = (at: number) => `http://127.0.0.1:${at}`;
      // It reads its own stream as well, since it acts on what it says.
      const services = { registry: url(port), routing: url(nobody) };
      const variables = await installation.variables('registry', { databaseUrl: database.serviceUrl, services });
      const start = () => startProcess(built('registry', 'main.js'), port, variables);
      let registry = await start();
      const token = await installation.token('bench', ['registrar']);
      const client = new PrivityClient({ baseUrl: registry.url, token, connections: 1 });
      const bare = new pg.Client({ connectionString: await freshBareTable(server) });
      await bare.connect();
      try {
        let imported = 0;
        const importing = async (): Promise<Figures> => {
          const file = join(folder, 'list.csv');
          const lines = Array.from({ length: size }, (_, n) => `${FIRST_NUMBER + imported + n},Y,Y,*,01/01/2020,,`);
          await writeFile(file, [HEADER, ...lines, ''].join('\n'));
          imported += size;
          const begun = performance.now();
          const { state, added } = await client.imports.run('do-not-record', file, { list: `list-${imported}` });
          const seconds = (performance.now() - begun) / 1_000;
          if (state !== 'applied' || added !== size) throw new Error(`${added} of ${size} were added: ${state}`);
          say(`${imported} numbers`);
          return { 'rows/s': size / seconds };
        };
        const copying = async (): Promise<Figures> => {
          const chunks = await eventLines(database.ownerUrl, size);
          return { 'rows/s': size / (await copySeconds(bare, 'event', chunks)) };
        };
        const measured = await alternate(rounds, importing, copying);
        const { peer } = measured;
        const share = (measured.ours['rows/s'] ?? NaN) / (peer['rows/s'] ?? NaN);
        // What a registry takes that has these numbers, and never saw a list, is not the import's.
        const peak = await mebibytes(registry.pid, 'VmHWM');
        await registry.stop();
        registry = await start();
        await pause(SETTLED_MS);
        const without = await mebibytes(registry.pid, 'VmRSS');
        const ours = { ...measured.ours, 'peak MiB': peak, 'without it MiB': without, 'import MiB': peak - without };
        const bars = [atLeast('share', share, 0.1, 0.25), atMost('import MiB', peak - without, 200)];
        const work = `import of do-not-record lists, ${imported.toLocaleString('en-US')} numbers in all`;
        return [{ work, beside: 'COPY of the same events, indexes and all', ours, peer, bars, rounds }];
      } finally {
        await client.close();
        await bare.end();
        await registry.stop();
        installation.remove();
        await rm(folder, { recursive: true, force: true });
      }
    }),
};

/** Memory that the process has, or the most that it ever had; NaN where the system does not tell. */
async function mebibytes(pid: number, which: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(new RegExp(`^${which}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? NaN) / 1_024;
}
