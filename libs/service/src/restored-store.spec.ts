import { afterAll, expect, it, jest } from '@jest/globals';
import { Module } from '@nestjs/common';
import { EventStore, migrateEventStore } from '@privity/event-store';
import { migrateEventStream } from '@privity/event-stream/migration';
import { withKafka, withPostgres } from '@privity/testing';
import pg from 'pg';

import { migrateSubjectKeys } from './keys/subject-keys.js';
import { JsonLog } from './log.js';
import { bootService } from './run-service.js';
import type { ServiceDefinition } from './service-definition.js';
import { TestInstallation } from './testing/index.js';

@Module({})
class EmptyModule {}

const definition: ServiceDefinition = { name: 'registry', module: EmptyModule };
const postgres = withPostgres();
const installations: TestInstallation[] = [];
jest.setTimeout(60_000);
afterAll(() => installations.forEach((installation) => installation.remove()));

await withKafka('a restored store', (kafka) => {
  /** A registry on a database of its own, without a mark: as after both were lost and the database alone came back. */
  const boot = async () => {
    const { serviceUrl } = await postgres.forService(async (owner, options) => {
      await migrateEventStore(owner, options);
      await migrateEventStream(owner, options);
      await migrateSubjectKeys(owner, options);
    });
    const installation = new TestInstallation();
    installations.push(installation);
    const config = await installation.config('registry', { databaseUrl: serviceUrl, brokers: kafka.brokers });
    return bootService(definition, config, new JsonLog('registry', () => undefined));
  };

  it('is noticed by what its topic knows, before the first append', async () => {
    const first = await boot();
    const store = first.app.get(EventStore);
    await store.append('counter-1', 'no stream', [{ type: 'registry.Counted', data: {} }]);
    const pool = new pg.Pool({ connectionString: first.config.databaseUrl, max: 1 });
    for (let acked = 0; acked < 1;) {
      const { rows } = await pool.query<{ sum: number }>('select sum(acked)::int as sum from event_stream.relay');
      acked = rows[0]?.sum ?? 0;
    }
    await pool.end();
    await first.close();

    const second = await boot();
    try {
      const appending = second.app
        .get(EventStore)
        .append('counter-2', 'no stream', [{ type: 'registry.Counted', data: {} }]);
      await expect(appending).rejects.toMatchObject({ code: 'store-restored' });
      const health = await fetch(`${second.url}/health`);
      expect(health.status).toBe(503);
      expect(await health.text()).toContain('known to topic privity.registry, is missing');
    } finally {
      await second.close();
    }
  });
});
