import { withServer } from '../database.js';
import { atLeast, type Figures, type Line, type Row } from '../line.js';
import { repeat } from '../rounds.js';
import { startConsumers } from '../stream/consumers.js';
import { withBroker } from '../stream/kafka.js';
import { openPublisher } from '../stream/publisher.js';

/** Whether events reach a consumer as fast when store, topic and read model are large as when they are small. */
export const growthConsume: Row = {
  name: 'growth-consume',
  measure: ({ databaseUrl, rounds, quick, say }) =>
    withServer(databaseUrl, (server) =>
      withBroker(async (brokers): Promise<Line[]> => {
        const sizes = quick ? [5_000, 20_000, 50_000] : [100_000, 1_000_000, 5_000_000];
        // What a round takes from the store to the consumer's rows.
        const window = quick ? 5_000 : 20_000;
        const publisher = await openPublisher(server, brokers, '/privity/bench');
        const { source } = publisher;
        const consumers = await startConsumers(server, { brokers, source, writes: 'batches', count: 1 });
        let events = 0;
        const relayed = async (): Promise<number> => {
          const started = performance.now();
          const stopRelay = await publisher.relay();
          await consumers.haveAll(events);
          const seconds = (performance.now() - started) / 1000;
          await stopRelay();
          return seconds;
        };
        const measured: [string, number][] = [];
        for (const size of sizes) {
          say(`${size} events`);
          while (events < size) {
            const more = Math.min(100_000, size - events);
            await publisher.fill(more);
            events += more;
            await relayed();
          }
          const { rate } = await repeat(rounds, async (): Promise<Figures> => {
            await publisher.fill(window);
            events += window;
            return { rate: window / (await relayed()) };
          });
          measured.push([`events/s at ${size / 1e6} million`, rate ?? NaN]);
        }
        await consumers.stop();
        await publisher.close();
        const rates = measured.map(([, rate]) => rate);
        const flat = Math.min(...rates) / (rates[0] ?? NaN);
        const ours = Object.fromEntries(measured);
        return [{ work: 'consume as store and topic grow', ours, bars: [atLeast('flat', flat, 0.8, 0.95)], rounds }];
      }),
    ),
};
