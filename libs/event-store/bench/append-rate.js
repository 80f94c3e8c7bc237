// Append rate of the built store: npm run bench -w libs/event-store -- [--appenders 64] [--seconds 5] [--url postgres://…]
// --url: a superuser of a running server; otherwise PostgreSQL from npm starts in a temporary folder. One line a scenario.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { EventStore, migrateEventStore } from '@privity/event-store';
import { shardOf, uuidv7 } from '@privity/kernel';
import { createDatabase, startPostgres } from '@privity/one-machine';
import pg from 'pg';

const { values } = parseArgs({
  options: {
    appenders: { type: 'string', default: '64' },
    seconds: { type: 'string', default: '5' },
    url: { type: 'string' },
  },
});
const appenders = Number(values.appenders);
const seconds = Number(values.seconds);

/** About 900 bytes as stored: the size of a decision. */
const data = {
  outcome: 'connect',
  reasons: ['number-protected'],
  index: 'e1.' + 'x'.repeat(43),
  views: 'v'.repeat(300),
};
const event = { type: 'routing.CallDecided', data };

const newCall = () => `call-${uuidv7()}`;
function callInShard(shard) {
  for (;;) {
    const stream = newCall();
    if (shardOf(stream) === shard) return stream;
  }
}

async function measure(name, store, count, append) {
  const latencies = [];
  const end = Date.now() + seconds * 1000;
  await Promise.all(
    Array.from({ length: count }, async (_, appender) => {
      while (Date.now() < end) {
        const started = performance.now();
        await append(store, appender);
        latencies.push(performance.now() - started);
      }
    }),
  );
  latencies.sort((a, b) => a - b);
  const at = (part) => Number(latencies[Math.floor(latencies.length * part)].toFixed(1));
  const rate = Math.round(latencies.length / seconds);
  console.log(
    JSON.stringify({ name, appenders: count, appendsPerSecond: rate, p50: at(0.5), p99: at(0.99), max: at(0.9999) }),
  );
}

const folder = await mkdtemp(join(tmpdir(), 'privity-bench-'));
const server = values.url ? undefined : await startPostgres({ dataDir: folder });
const adminUrl = values.url ?? server.url;
const name = `bench_${uuidv7().replaceAll('-', '')}`;
const admin = new pg.Client({ connectionString: adminUrl });
await admin.connect();
try {
  await admin.query(`create role ${name} login password '${name}'`);
  const ownerUrl = await createDatabase(adminUrl, name);
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  await migrateEventStore(owner, { serviceRole: name });
  const serviceUrl = Object.assign(new URL(ownerUrl), { username: name, password: name }).toString();
  const pool = new pg.Pool({ connectionString: serviceUrl });
  const store = await EventStore.open({ pool, source: '/privity/routing' });
  const { rows } = await owner.query(`select version(), current_setting('fsync') as fsync`);
  console.log(JSON.stringify(rows[0]));

  await measure('warm-up', store, appenders, () => store.append(newCall(), 'no stream', [event]));
  await measure('new streams', store, appenders, () => store.append(newCall(), 'no stream', [event]));
  await measure('three events an append', store, appenders, () =>
    store.append(newCall(), 'no stream', [event, event, event]),
  );
  const own = Array.from({ length: appenders }, newCall);
  await measure('a stream each', store, appenders, (_, appender) => store.append(own[appender], 'any', [event]));
  const hot = Array.from({ length: appenders }, () => callInShard(0));
  await measure('one hot shard', store, appenders, (_, appender) => store.append(hot[appender], 'any', [event]));
  const one = newCall();
  await measure('one hot stream', store, appenders, () => store.append(one, 'any', [event]));
  await measure('one appender', store, 1, () => store.append(newCall(), 'no stream', [event]));

  await store.close();
  await pool.end();
  await owner.end();
} finally {
  await admin.query(`drop database if exists ${name} with (force)`);
  await admin.query(`drop role if exists ${name}`);
  await admin.end();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
}
