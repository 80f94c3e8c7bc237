import { describe, expect, it } from '@jest/globals';
import { seeded } from './seeded.js';

describe('store and stream, simulated', () => {
  it('keep their promises whatever fails, in whatever order', async () => {
    const { seeds, seen } = await seeded('stream');
    // one seed to be looked at again need not have everything
    if (seeds < 1_000) return;
    const floors = {
      appends: 0.7,
      crashes: 0.5,
      stops: 0.5,
      'request lost': 0.4,
      'answer lost': 0.4,
      restores: 0.15,
      recoveries: 0.1,
      forced: 0.04,
      parked: 0.15,
      'cut deliveries': 0.05,
      'repeated deliveries': 0.05,
      'checkpoint moved by another': 0.04,
    };
    for (const [what, floor] of Object.entries(floors))
      expect([what, (seen[what] ?? 0) / seeds > floor]).toEqual([what, true]);
  }, 600_000);
});
