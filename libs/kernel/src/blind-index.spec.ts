import { beforeEach, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { BlindIndexer, isBlindIndex } from './blind-index.js';
import type { EpochKey, KeyRing } from './keys.js';

/** A ring in memory with the newest epoch first; the file ring has its own tests. */
class MemoryRing implements KeyRing {
  readonly epochs: EpochKey[] = [];

  current(purpose: string): EpochKey {
    const [first] = this.live(purpose);
    if (first === undefined) throw new Error('no epoch');
    return first;
  }

  live(_purpose: string): readonly EpochKey[] {
    return this.epochs;
  }

  async destroy(_purpose: string, epoch: string): Promise<void> {
    this.epochs.splice(0, this.epochs.length, ...this.epochs.filter((key) => key.epoch !== epoch));
  }
}

describe('BlindIndexer', () => {
  let ring: MemoryRing;
  let indexer: BlindIndexer;
  const number = '+12125550101';

  beforeEach(() => {
    ring = new MemoryRing();
    ring.epochs.push({ epoch: 'e1', key: Buffer.alloc(32, 1) });
    indexer = new BlindIndexer(ring, 'number-index');
  });

  it('is the HMAC of the value under the epoch it names', () => {
    const mac = createHmac('sha256', Buffer.alloc(32, 1)).update(number).digest('base64url');
    expect(indexer.index(number)).toBe(`e1.${mac}`);
    expect(isBlindIndex(indexer.index(number))).toBe(true);
  });

  it('is equal for equal values only', () => {
    expect(indexer.index(number)).toBe(indexer.index(number));
    expect(indexer.index(number)).not.toBe(indexer.index('+12125550102'));
  });

  it('writes under the current epoch and finds under every live one', () => {
    const old = indexer.index(number);
    ring.epochs.unshift({ epoch: 'e2', key: Buffer.alloc(32, 2) });
    expect(indexer.index(number)).toMatch(/^e2\./);
    expect(indexer.candidates(number)).toEqual([indexer.index(number), old]);
  });

  it('forgets what was indexed under a destroyed epoch', async () => {
    const old = indexer.index(number);
    ring.epochs.unshift({ epoch: 'e2', key: Buffer.alloc(32, 2) });
    await ring.destroy('number-index', 'e1');
    expect(indexer.candidates(number)).not.toContain(old);
  });

  it.each(['', number, 'e1.', 'e1.short', `e.1.${'A'.repeat(43)}`])('does not take %j for an index', (text) => {
    expect(isBlindIndex(text)).toBe(false);
  });
});
