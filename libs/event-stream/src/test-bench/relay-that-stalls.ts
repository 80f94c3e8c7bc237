// A relay in a process of its own: it says `sent` once Kafka has its first batch, and never acknowledges it.
import { EventStore } from '@privity/event-store';
import pg from 'pg';
import { openKafkaTarget } from '../kafka/kafka-target.js';
import { Relay } from '../relay/relay.js';

const [, , databaseUrl = '', broker = '', source = ''] = process.argv;
const pool = new pg.Pool({ connectionString: databaseUrl });
const store = await EventStore.open({ pool, source });
const target = await openKafkaTarget({ brokers: [broker], source });
const relay = new Relay({
  pool,
  store,
  target: {
    send: async (batch) => {
      await target.send(batch);
      process.stdout.write('sent\n');
      await new Promise(() => undefined);
    },
    close: () => target.close(),
  },
});
relay.start();
