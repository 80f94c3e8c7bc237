import { describe, expect, it } from '@jest/globals';
import type { Halt } from '../halt.js';
import { mergeStreamStatus } from './stream-status.js';

describe('mergeStreamStatus', () => {
  it('joins heads and checkpoints of several services to lags and halts per source and shard', () => {
    const source = '/privity/registry';
    const halted: Halt = { code: 'gap', source, shard: 1, position: 4 };
    const routing = { consumer: 'routing-reactions', version: 1, source };
    const report = mergeStreamStatus([
      {
        source,
        shards: [
          { shard: 0, head: 9, acked: 8 },
          { shard: 1, head: 5 },
        ],
        consumers: [],
      },
      {
        source: '/privity/routing',
        shards: [],
        consumers: [
          { ...routing, shard: 0, applied: 7 },
          { ...routing, shard: 1, applied: 3, halted },
          // Ahead of a head that was read before it.
          { consumer: 'audit-log', version: 1, source, shard: 0, applied: 10 },
        ],
      },
    ]);
    expect(report).toEqual([
      {
        source,
        shards: [
          {
            shard: 0,
            head: 9,
            acked: 8,
            consumers: [
              { consumer: 'routing-reactions', version: 1, applied: 7, lag: 2 },
              { consumer: 'audit-log', version: 1, applied: 10, lag: 0 },
            ],
          },
          { shard: 1, head: 5, consumers: [{ consumer: 'routing-reactions', version: 1, applied: 3, lag: 2, halted }] },
        ],
      },
      { source: '/privity/routing', shards: [] },
    ]);
  });
});
