// A consumer in a process of its own that takes its time: it says `applying` in the middle of each transaction.
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { Subscription } from '../consume/subscription.js';
import { count } from '../contract/count.js';

const [, , databaseUrl = '', broker = '', source = ''] = process.argv;
const dataSource = new DataSource({ type: 'postgres', url: databaseUrl, poolErrorHandler: () => undefined });
await Subscription.start({
  consumer: 'counting',
  version: 1,
  sources: [source],
  stream: { stream: 'kafka', brokers: [broker] },
  dataSource: await dataSource.initialize(),
  apply: async ({ events }, manager) => {
    for (const event of events) await count(event, manager);
    process.stdout.write('applying\n');
    await sleep(300);
  },
  onCrash: (error) => {
    throw error;
  },
});
process.stdout.write('ready\n');
