// A relay in a process of its own that takes its time. `sent`: it says `sent` once Kafka has its first batch, and never
// acknowledges it. `sending`: it says `sending` a moment before each send, and `sent` once Kafka has it.
import { setTimeout as sleep } from 'node:timers/promises';
import { EventStore } from '@privity/event-store';
import pg from 'pg';
import { openKafkaTarget } from '../kafka/kafka-target.js';
import { Relay } from '../relay/relay.js';
import { SqlRelayLeases } from '../relay/relay-leases.js';

const [, , databaseUrl = '', broker = '', source = '', stallsAt = 'sent'] = process.argv;
const pool = new pg.Pool({ connectionString: databaseUrl });
const store = await EventStore.open({ pool, source });
const target = await openKafkaTarget({ brokers: [broker], source });
const relay = new Relay({
  leases: new SqlRelayLeases(pool),
  store,
  target: {
    send: async (batch) => {
      if (stallsAt === 'sending') {
        process.stdout.write('sending\n');
        await sleep(300);
      }
      await target.send(batch);
      process.stdout.write('sent\n');
      if (stallsAt === 'sent') await new Promise(() => undefined);
    },
    close: () => target.close(),
  },
});
relay.start();
