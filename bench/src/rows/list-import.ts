import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
      const registry = await startProcess(built('registry', 'main.js'), port, variables);
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
          return { 'rows/s': size / seconds, 'peak MiB': await peakMebibytes(registry.pid) };
        };
        const copying = async (): Promise<Figures> => {
          const chunks = await eventLines(database.ownerUrl, size);
          return { 'rows/s': size / (await copySeconds(bare, 'event', chunks)) };
        };
        const { ours, peer } = await alternate(rounds, importing, copying);
        const share = (ours['rows/s'] ?? NaN) / (peer['rows/s'] ?? NaN);
        const bars = [atLeast('share', share, 0.1, 0.25), atMost('peak MiB', ours['peak MiB'] ?? NaN, 200)];
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

/** The most memory that the process ever had; NaN where the system does not tell. */
async function peakMebibytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? NaN) / 1_024;
}
