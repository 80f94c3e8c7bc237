import { describe, expect, it } from '@jest/globals';
import { NodeProgram } from '../node-program.js';
import { asSources, seeded } from './seeded.js';

/** A world in which something throws that nobody waits for, in the middle of the time that passes. */
const FLOATING = `
const fc = await import('fast-check');
const { runSeeds } = await import('./e2e/src/simulation/seeds.ts');
const { VirtualTime } = await import('./e2e/src/simulation/virtual-time.ts');
const property = () => fc.asyncProperty(fc.nat(), fc.scheduler(), async (_, scheduler) => {
  const time = new VirtualTime(scheduler);
  void time.after(5).then(() => { throw new TypeError('nobody waits for this'); });
  await time.pass(10);
});
await runSeeds('permit', [125], property).catch((error) => console.log(error.message));
`;

describe('seeds', () => {
  it('are told of whatever throws, also where nobody waits for it, and how to run them again', async () => {
    const program = new NodeProgram([...asSources, '--input-type=module', '--eval', FLOATING]);
    const code = await program.ended;
    expect(program.said).toMatch(/^seed 125: nobody waits for this\n[^]*PRIVITY_SEED=125 node .* permit\n$/);
    expect(code).toBe(0);
  }, 60_000);

  it('do not run on when their time is over', async () => {
    await expect(seeded('permit', 300)).rejects.toThrow('permit: ended by SIGKILL, as after 300 ms');
  }, 60_000);
});
