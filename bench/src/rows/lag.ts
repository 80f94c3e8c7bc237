import { setTimeout as sleep } from 'node:timers/promises';
import { withServer } from '../database.js';
import { atMost, type Figures, type Line, type Row } from '../line.js';
import { percentile, repeat } from '../rounds.js';
import { startConsumers } from '../stream/consumers.js';
import { withBroker } from '../stream/kafka.js';
import { noted, openPublisher, streamOf } from '../stream/publisher.js';

const RATE = 2_000;
const TICK_MS = 5;

/** From the answer to an append until the row that a consumer makes of it is committed. */
export const lag: Row = {
  name: 'lag',
  measure: ({ databaseUrl, rounds, quick }) =>
    withServer(databaseUrl, (server) =>
      withBroker(async (brokers): Promise<Line[]> => {
        const seconds = quick ? 5 : 20;
        const events = RATE * seconds;
        const answered = new Map<number, number>();
        let lags: number[] = [];
        const publisher = await openPublisher(server, brokers, '/privity/bench');
        const stopRelay = await publisher.relay();
        const consumers = await startConsumers(server, {
          ...{ brokers, source: publisher.source, writes: 'batches', count: 1 },
          onCommitted: ({ at, events }) => {
            for (const n of events) lags.push(Math.max(0, at - (answered.get(n) ?? at)));
          },
        });
        let sent = 0;
        const append = async (): Promise<void> => {
          const n = sent++;
          await publisher.store.append(streamOf(n), 'any', [noted(n)]);
          answered.set(n, performance.timeOrigin + performance.now());
        };
        const steadily = async (): Promise<Figures> => {
          const [first, from] = [sent, performance.now()];
          lags = [];
          const running: Promise<void>[] = [];
          while (sent - first < events) {
            const due = Math.min(events, ((performance.now() - from) / 1000) * RATE);
            while (sent - first < due) running.push(append());
            await sleep(TICK_MS);
          }
          await Promise.all(running);
          const rate = events / ((performance.now() - from) / 1000);
          await consumers.haveAll(sent);
          while (lags.length < events) await sleep(10);
          return { 'appends/s': rate, p50: percentile(lags, 0.5), p99: percentile(lags, 0.99) };
        };
        const ours = await repeat(rounds, steadily);
        await consumers.stop();
        await stopRelay();
        await publisher.close();
        const bars = [atMost('p99', ours['p99'] ?? Infinity, 1_000, 250)];
        return [{ work: `lag of a consumer at a steady ${RATE} events/s`, ours, bars, rounds }];
      }),
    ),
};
