import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SHARDS } from '@privity/kernel';
import type { RelayLeases } from '../relay/relay-leases.js';

export interface LeaseBench {
  /** Of one relay more. */
  leases(): RelayLeases;
  /** Until the leases that nobody renews meanwhile are over. */
  expire(): Promise<void>;
  /** The clock that leases run by steps back an hour. */
  setBack(): Promise<void>;
  close(): Promise<void>;
}

/** What a relay relies on, wherever the leases are kept. */
export function leasingContract(name: string, open: () => Promise<LeaseBench>): void {
  describe(`relay leases in ${name}`, () => {
    let bench: LeaseBench;
    beforeAll(async () => {
      bench = await open();
    }, 60_000);
    afterAll(() => bench.close());

    it('acknowledge forwards only, and only what is held', async () => {
      const [mine, other] = [bench.leases(), bench.leases()];
      expect((await mine.renew()).size).toBe(SHARDS);
      expect((await other.renew()).size).toBe(0);
      expect([...(await mine.acknowledge(new Map([[3, 10]])))]).toEqual([3]);
      expect((await mine.acknowledge(new Map([[3, 9]]))).size).toBe(0);
      expect((await other.acknowledge(new Map([[3, 11]]))).size).toBe(0);
      expect((await mine.renew()).get(3)).toBe(10);
      await mine.release();
      expect((await other.renew()).get(3)).toBe(10);
      await other.release();
    });

    it('pass to another relay when they expire, and the first one acknowledges nothing more', async () => {
      const [mine, other] = [bench.leases(), bench.leases()];
      await mine.renew();
      await bench.expire();
      expect((await other.renew()).size).toBe(SHARDS);
      expect((await mine.acknowledge(new Map([[4, 1]]))).size).toBe(0);
      expect((await mine.renew()).size).toBe(0);
      await mine.release();
      expect([...(await other.acknowledge(new Map([[4, 1]])))]).toEqual([4]);
      await other.release();
    });

    it('pass to another relay when the clock was set back: their holder may be gone, and an hour is too long to wait', async () => {
      const [mine, other] = [bench.leases(), bench.leases()];
      await mine.renew();
      await bench.setBack();
      expect((await other.renew()).size).toBe(SHARDS);
      expect((await mine.renew()).size).toBe(0);
      await other.release();
    });
  });
}
