// Child of load.ts: takes one load, sends its figures.
import autocannon from 'autocannon';
import { once } from 'node:events';
import type { Load } from './load.js';

const [load] = (await once(process, 'message')) as [Load];
const run = `${Date.now().toString(36)}-${process.pid}`;
let call = 0;

const result = await autocannon({
  url: load.url,
  connections: load.connections,
  duration: load.seconds,
  requests: [
    {
      method: 'POST',
      path: '/api/calls',
      headers: { authorization: `Bearer ${load.token}`, 'content-type': 'application/json' },
      // Nobody asks twice: every request is a call of its own.
      setupRequest: (request) => {
        call += 1;
        return {
          ...request,
          body: JSON.stringify({ callId: `${run}-${call}`, ...load.asked[call % load.asked.length] }),
        };
      },
    },
  ],
});
const failed = result.non2xx + result.errors;
process.send?.(
  failed > 0
    ? { problem: `${failed} of ${result['2xx'] + failed} requests failed` }
    : {
        figures: {
          perSecond: result['2xx'] / result.duration,
          p50: result.latency.p50,
          p99: result.latency.p99,
        },
      },
);
process.disconnect();
