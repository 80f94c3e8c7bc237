// Runs seeds of one simulated world in this process, without a test runner around it: `run.ts stream|permit`.
// PRIVITY_SEED=n runs one; PRIVITY_SEEDS=n the first n. Prints, as JSON, in how many seeds each disturbance was seen.
import { permitProperty } from './permit-property.js';
import { runSeeds } from './seeds.js';
import { streamProperty } from './stream-property.js';

const USUAL_SEEDS = 10_000;

function seedsToRun(): readonly number[] {
  const one = process.env['PRIVITY_SEED'];
  if (one !== undefined) return [wholeNumber('PRIVITY_SEED', one)];
  const count = wholeNumber('PRIVITY_SEEDS', process.env['PRIVITY_SEEDS'] ?? String(USUAL_SEEDS));
  return Array.from({ length: count }, (_, n) => n + 1);
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new RangeError(`${name} must be a whole number, not ${text}`);
  return Number(text);
}

const worlds = {
  stream: () => runSeeds('stream', seedsToRun(), streamProperty),
  permit: () => runSeeds('permit', seedsToRun(), permitProperty),
};

const world = process.argv[2] ?? '';
if (!Object.hasOwn(worlds, world)) throw new RangeError(`worlds are ${Object.keys(worlds).join(' and ')}`);
try {
  const shares = await worlds[world as keyof typeof worlds]();
  const seen = Object.fromEntries(shares.names.map((name) => [name, shares.of(name)]));
  process.stdout.write(`${JSON.stringify({ seeds: seedsToRun().length, seen })}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
