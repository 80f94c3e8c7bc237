import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PermitClock } from './permit-clock.js';

function atClock() {
  let now = 1_000;
  const clock = new PermitClock(() => now);
  return { clock, pass: (ms: number) => (now += ms) };
}

describe('the clock of a permit', () => {
  it('is dead before anything was granted', () => {
    expect(atClock().clock.alive).toBe(false);
  });

  it('lives two seconds from before the request, however long the answer took', () => {
    const { clock, pass } = atClock();
    const asked = clock.asking();
    pass(1_500);
    clock.granted(asked);
    expect(clock.remainingMs).toBe(500);
    pass(499);
    expect(clock.alive).toBe(true);
    pass(1);
    expect(clock.alive).toBe(false);
  });

  it('stays dead when the answer came after two seconds', () => {
    const { clock, pass } = atClock();
    const asked = clock.asking();
    pass(2_000);
    clock.granted(asked);
    expect(clock.alive).toBe(false);
  });

  it('does not go back when answers arrive out of order', () => {
    const { clock, pass } = atClock();
    const first = clock.asking();
    pass(1_000);
    const second = clock.asking();
    clock.granted(second);
    clock.granted(first);
    expect(clock.remainingMs).toBe(2_000);
  });

  it('stays revoked, whatever is granted later', () => {
    const { clock } = atClock();
    clock.granted(clock.asking());
    clock.revoke();
    clock.granted(clock.asking());
    expect(clock.alive).toBe(false);
    expect(clock.remainingMs).toBe(0);
  });

  it('is alive exactly while some grant was asked for less than two seconds ago', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3_000), fc.boolean()), { maxLength: 20 }), (steps) => {
        const { clock, pass } = atClock();
        let sinceGrantedAsk = Number.POSITIVE_INFINITY;
        for (const [ms, granted] of steps) {
          const asked = clock.asking();
          pass(ms);
          sinceGrantedAsk += ms;
          if (granted) {
            clock.granted(asked);
            sinceGrantedAsk = Math.min(sinceGrantedAsk, ms);
          }
          expect(clock.alive).toBe(sinceGrantedAsk < 2_000);
        }
      }),
    );
  });
});
