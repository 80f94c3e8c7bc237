import { setTimeout as sleep } from 'node:timers/promises';
import type { EventStore } from '@privity/event-store';
import { SHARDS } from '@privity/kernel';

export interface SteadyAppends {
  /** How many were answered so far. */
  sent(): number;
  /** How many there were in all. */
  stop(): Promise<number>;
}

/** Appends one event after the other to streams of every shard, whatever happens behind the store. */
export function appendSteadily(store: EventStore, pauseMs = 30): SteadyAppends {
  let sent = 0;
  let stopped = false;
  const running = (async () => {
    while (!stopped) {
      await store.append(`stream-${sent % (SHARDS * 5)}`, 'any', [{ type: 'test.Counted', data: { n: sent } }]);
      sent++;
      await sleep(pauseMs);
    }
  })();
  return {
    sent: () => sent,
    stop: async () => {
      stopped = true;
      await running;
      return sent;
    },
  };
}
