import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startPostgres } from '@privity/one-machine';
import type { RunningPostgres } from '@privity/one-machine';
import pg from 'pg';
import { everyEvent, connected, newCall, SOURCE } from './contract/calls.js';
import { freshStore, storeWitness } from './contract/index.js';
import { EventStore } from './event-store.js';
import { FileMark } from './mark.js';
import { recover } from './recover.js';

/** The same address at another server. */
function at(url: string, port: number): string {
  return Object.assign(new URL(url), { port: String(port) }).toString();
}

describe('a cluster restored from a copy of its files', () => {
  let folder: string;
  const servers: RunningPostgres[] = [];
  const pools: pg.Pool[] = [];
  const pool = (connectionString: string) => {
    const made = new pg.Pool({ connectionString }).on('error', () => undefined);
    pools.push(made);
    return made;
  };
  const start = async (dataDir: string) => {
    const server = await startPostgres({ dataDir });
    servers.push(server);
    return server;
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'privity-restore-'));
  });
  afterEach(async () => {
    await Promise.all(pools.splice(0).map((each) => each.end()));
    for (const server of servers.splice(0)) await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it.each([
    ['started as it was: the heads are behind', false, 'known to the mark'],
    ['recovered to a point in time: the timeline is another', true, 'the mark knows'],
  ])(
    '%s',
    async (_, pointInTime, reason) => {
      const [original, backup] = [join(folder, 'original'), join(folder, 'backup')];
      const mark = new FileMark(join(folder, 'mark.json'));
      let server = await start(original);
      const fresh = await freshStore(server.url);
      const before = await EventStore.open({ pool: fresh.service, source: SOURCE, mark });
      for (let n = 0; n < 20; n++) await before.append(newCall(), 'no stream', [connected(n)]);
      await before.close();
      await Promise.all([fresh.owner.end(), fresh.service.end(), fresh.admin.end()]);
      await server.stop();
      // as a backup keeps them: with their owner
      await promisify(execFile)('cp', ['-a', original, backup]);
      server = await start(original);
      const live = await EventStore.open({ pool: pool(at(fresh.serviceUrl, server.port)), source: SOURCE, mark });
      // a point in time may lie at the end: then nothing is missing, and only the timeline tells
      if (!pointInTime) for (let n = 0; n < 50; n++) await live.append(newCall(), 'no stream', [connected(n)]);
      await live.close();

      if (pointInTime) {
        await writeFile(join(backup, 'cluster', 'recovery.signal'), '');
        await appendFile(join(backup, 'cluster', 'postgresql.auto.conf'), "restore_command = 'false'\n");
      }
      const restored = await start(backup);
      const service = pool(at(fresh.serviceUrl, restored.port));
      const recovering = async () =>
        (await service.query<{ so: boolean }>('select pg_is_in_recovery() as so')).rows[0]?.so === true;
      while (await recovering()) await sleep(50);
      const store = await EventStore.open({ pool: service, source: SOURCE, mark });
      expect(store.restored).toContain(reason);
      await expect(store.append(newCall(), 'any', [connected()])).rejects.toMatchObject({ code: 'store-restored' });

      const owner = await pool(at(fresh.ownerUrl, restored.port)).connect();
      expect(await recover(owner, storeWitness(live), { mark })).toMatchObject({ complete: true, lost: [] });
      owner.release();
      await store.recheck();
      expect(await everyEvent(store)).toEqual(await everyEvent(live));
      expect(await store.append(newCall(), 'no stream', [connected()])).toMatchObject({ version: 1 });
      await store.close();
    },
    60_000,
  );
});
