import { describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { Repeated } from './repeated.js';

describe('repeated work', () => {
  it('is never done twice at once, goes on after a failure, and ends with the turn under way', async () => {
    const told: unknown[] = [];
    let [running, most, turns] = [0, 0, 0];
    const repeated = new Repeated(
      async () => {
        running += 1;
        turns += 1;
        most = Math.max(most, running);
        await pause(30);
        running -= 1;
        if (turns === 1) throw new Error('first');
      },
      5,
      (error) => told.push(error),
    );
    repeated.turn();
    repeated.turn();
    expect(turns).toBe(1);
    while (turns < 3) await pause(5);
    await repeated.end();
    expect([running, most, told.length]).toEqual([0, 1, 1]);
    const ended = turns;
    await pause(50);
    expect(turns).toBe(ended);
  });
});
