import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import { SqlCheckpoints } from '../consume/checkpoints.js';
import { checkpointingContract } from '../contract/checkpointing.js';
import { leasingContract } from '../contract/leasing.js';
import { type Ledger, openLedger } from '../contract/ledger.js';
import { LEASE_MS, SqlRelayLeases } from '../relay/relay-leases.js';
import { testPostgres } from '../test-bench/servers.js';
import { MemoryConsumerTables, type MemoryEffects } from './memory-checkpoints.js';
import { MemoryRelayTable } from './memory-relay-leases.js';

jest.setTimeout(30_000);

leasingContract('memory', async () => {
  let now = 0;
  const table = new MemoryRelayTable({ now: () => now });
  return {
    leases: () => table.leases(),
    expire: async () => void (now += LEASE_MS + 1),
    setBack: async () => void (now -= 3_600_000),
    close: async () => undefined,
  };
});

checkpointingContract<MemoryEffects>('memory', async () => {
  const tables = new MemoryConsumerTables();
  const written: string[] = [];
  return {
    checkpoints: async () => tables.connect(),
    write: async (manager, text) => manager.write(() => void written.push(text)),
    effects: async () => written,
    close: async () => undefined,
  };
});

describe('in PostgreSQL', () => {
  let postgres: Awaited<ReturnType<typeof testPostgres>>;
  let ledger: Ledger;
  beforeAll(async () => {
    postgres = await testPostgres();
    ledger = await openLedger(postgres.url);
  }, 60_000);
  afterAll(async () => {
    await ledger.close();
    await postgres.stop();
  });

  leasingContract('PostgreSQL', async () => ({
    leases: () => new SqlRelayLeases(ledger.database.service),
    expire: () => sleep(LEASE_MS + 100),
    setBack: async () =>
      void (await ledger.database.service.query(
        `update event_stream.relay set leased_until = leased_until + interval '1 hour'`,
      )),
    close: async () => undefined,
  }));

  checkpointingContract('PostgreSQL', async () => ({
    checkpoints: async () => new SqlCheckpoints(await ledger.replica()),
    write: (manager, text) => manager.query('insert into journal (text) values ($1)', [text]),
    effects: async () => {
      const rows: { text: string }[] = await ledger.dataSource.query('select text from journal order by n');
      return rows.map(({ text }) => text);
    },
    close: async () => undefined,
  }));
});
