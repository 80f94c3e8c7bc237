import type { NewEvent } from '@privity/event-store';
import { uuidv7 } from '@privity/kernel';
import type { Figures } from '../line.js';
import { percentile } from '../rounds.js';

/** About 900 bytes as stored: the size of a decision. */
export const EVENT: NewEvent = {
  type: 'routing.CallDecided',
  data: {
    outcome: 'connect',
    reasons: ['number-protected'],
    index: `e1.${'x'.repeat(43)}`,
    views: 'v'.repeat(300),
  },
};

export const newCall = () => `call-${uuidv7()}`;

/** So many appenders, each with one append under way at a time, for so long. Latencies in milliseconds. */
export async function appending(appenders: number, ms: number, append: () => Promise<unknown>): Promise<Figures> {
  const latencies: number[] = [];
  const started = performance.now();
  await Promise.all(
    Array.from({ length: appenders }, async () => {
      for (let begun = performance.now(); begun < started + ms; begun = performance.now()) {
        await append();
        latencies.push(performance.now() - begun);
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  return {
    'appends/s': latencies.length / seconds,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
  };
}
