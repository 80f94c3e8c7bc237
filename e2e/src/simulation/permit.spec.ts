import { describe, expect, it } from '@jest/globals';
import { seeded } from './seeded.js';

describe('permits, simulated', () => {
  it('let no byte be kept without one that is alive, whatever fails, in whatever order', async () => {
    const { seeds, seen } = await seeded('permit');
    // one seed to be looked at again need not have everything
    if (seeds < 1_000) return;
    const floors = {
      'calls with sound': 0.3,
      'sound before a protection': 0.1,
      'ended: permit-lapsed': 0.03,
      'ended: permit-revoked': 0.1,
      declined: 0.05,
      refused: 0.05,
      'view stale': 0.05,
      cuts: 0.3,
      crashes: 0.3,
      stops: 0.3,
      'request lost': 0.2,
      'answer lost': 0.2,
    };
    for (const [what, floor] of Object.entries(floors))
      expect([what, (seen[what] ?? 0) / seeds > floor]).toEqual([what, true]);
  }, 600_000);
});
