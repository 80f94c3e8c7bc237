import { describe, expect, it, jest } from '@jest/globals';
import { eventStreamContract, eventually, onStage } from './contract/index.js';
import { feedBench } from './test-bench/feed-bench.js';

eventStreamContract('feed', feedBench);

describe('leases of feed readers', () => {
  it('are renewed, and shared with a replica that comes, although the wall clock is set back an hour', async () => {
    const bench = await feedBench();
    const now = Date.now.bind(Date);
    const wall = jest.spyOn(Date, 'now');
    try {
      await onStage(bench, async ({ ledger, subscribe }) => {
        await subscribe();
        wall.mockImplementation(() => now() - 3_600_000);
        await subscribe({ dataSource: await ledger.replica() });
        await eventually(async () => {
          const rows = await ledger.dataSource.query(
            'select count(*)::int as n from event_stream.lease group by holder order by holder',
          );
          expect(rows).toEqual([{ n: 6 }, { n: 6 }]);
        }, 30_000);
      });
    } finally {
      wall.mockRestore();
      await bench.close();
    }
  }, 90_000);
});
