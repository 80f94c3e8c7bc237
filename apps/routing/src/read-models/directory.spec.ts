import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { EventStore } from '@privity/event-store';
import { facilityStream } from '@privity/routing';
import { JsonLog, Membership } from '@privity/service';
import { withPostgres } from '@privity/testing';
import pg from 'pg';
import { migrate } from '../migrations/index.js';
import { Directory } from './directory.js';

jest.setTimeout(60_000);
const postgres = withPostgres();
const log = new JsonLog('spec', () => undefined);

interface Replica {
  readonly directory: Directory;
  readonly membership: Membership;
  readonly store: EventStore;
}

describe('the directories of two replicas', () => {
  let url: string;
  const pools: pg.Pool[] = [];
  const replicas: Replica[] = [];
  beforeEach(async () => {
    url = (await postgres.forService(migrate)).serviceUrl;
  }, 60_000);
  afterEach(async () => {
    for (const { directory, membership, store } of replicas.splice(0)) {
      await directory.onModuleDestroy();
      await membership.onApplicationShutdown();
      await store.close();
    }
    for (const pool of pools.splice(0)) await pool.end();
  }, 60_000);

  const replica = async (): Promise<Replica> => {
    const pool = new pg.Pool({ connectionString: url });
    pools.push(pool);
    const store = await EventStore.open({ pool, source: '/privity/routing' });
    const membership = new Membership(pool, log);
    const made = { directory: new Directory(store, pool, log, membership), membership, store };
    replicas.push(made);
    return made;
  };
  const started = async (one: Replica): Promise<Replica> => {
    one.directory.onApplicationBootstrap();
    while (!one.directory.caughtUp) await pause(10);
    return one;
  };
  const listed = async ({ store }: Replica, facility: string) => {
    const data = { facility, name: 'A', state: 'ME', type: 'jail', population: 9, timezone: 'America/New_York' };
    const type = 'routing.FacilityListed';
    return (await store.append(facilityStream(facility), 'no stream', [{ type, data }])).events;
  };
  const knows = ({ directory }: Replica, facility: string) => directory.view.now().facility(facility) !== undefined;

  it('hold what is in force everywhere', async () => {
    const [one, other] = [await started(await replica()), await started(await replica())];
    await one.directory.reachEverywhere(await listed(one, 'ME01'));
    expect([knows(one, 'ME01'), knows(other, 'ME01')]).toEqual([true, true]);
  });

  it('hold it also where one of them was still reading for the first time', async () => {
    const one = await started(await replica());
    await listed(one, 'ME01');
    const other = await replica();
    // What is announced while it reads: nobody waits for it then.
    const join = other.membership.join.bind(other.membership);
    jest.spyOn(other.membership, 'join').mockImplementationOnce(async () => {
      await one.directory.reachEverywhere(await listed(one, 'ME02'));
      await join();
    });
    await started(other);
    expect(knows(other, 'ME02')).toBe(true);
  });

  it('do not wait for one that cannot be followed any more, and decides nothing', async () => {
    const [one, other] = [await started(await replica()), await started(await replica())];
    // As where a replica of an older release meets an event of a newer one.
    jest.spyOn(other.directory.view, 'apply').mockImplementation(() => {
      throw new RangeError('unknown version');
    });
    await one.directory.reachEverywhere(await listed(one, 'ME01'));
    expect([one.directory.caughtUp, other.directory.caughtUp]).toEqual([true, false]);
  });
});
