import fc from 'fast-check';
import { Tally } from './tally.js';

const REPLAY =
  'node -C @privity/source --import ./libs/event-stream/src/test-bench/typescript.mjs e2e/src/simulation/run.ts';

/** Adds up over all seeds how many saw each disturbance. Throws with the seed, its commands and how to run it again. */
export async function runSeeds<T extends [unknown, ...unknown[]]>(
  world: string,
  seeds: readonly number[],
  property: (seen: (tally: Tally) => void) => fc.IAsyncPropertyWithHooks<T>,
): Promise<Tally> {
  const shares = new Tally();
  for (const seed of seeds) {
    let last = new Tally();
    const run = property((tally) => (last = tally));
    const details = await fc.check(run, { seed, numRuns: 1, interruptAfterTimeLimit: 30_000 });
    if (details.failed) throw new Error(reportOf(world, seed, details));
    for (const name of last.names) shares.add(name);
  }
  return shares;
}

function reportOf<T>(world: string, seed: number, details: fc.RunDetails<T>): string {
  const parts = Array.isArray(details.counterexample) ? details.counterexample : [];
  const told = parts.map((part: unknown) => fc.stringify(part)).filter((text) => !text.startsWith('schedulerFor'));
  const cause = details.errorInstance instanceof Error ? details.errorInstance.message : 'no error';
  return [
    `seed ${seed}: ${cause}`,
    `shrunk ${details.numShrinks} times to`,
    ...told.map((text) => `  ${text}`),
    'run it again with',
    `  PRIVITY_SEED=${seed} ${REPLAY} ${world}`,
  ].join('\n');
}
