// `npm run test:faults`: the whole of the fault suite in its long form, an hour and a half on two cores. Forty runs of the main job
// with processes killed at random moments, the outages as long as in life, a hundred thousand simulated seeds of each
// world. With arguments only runs of the main job, as e2e/src/faults/run.ts takes them. Exit code 1 where anything fails.
// What this machine cannot do is skipped, counted and named: all of it holds only where nothing was.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { jestReport, skippedLines } from './jest-report.mjs';

const root = join(import.meta.dirname, '..');
const typescript = ['--import', './libs/event-stream/src/test-bench/typescript.mjs'];
const skipped = [];
const failed = [];

function run(args, env = {}, output = 'inherit') {
  const options = { cwd: root, env: { ...process.env, ...env }, stdio: ['inherit', output, 'inherit'] };
  return spawnSync(process.execPath, args, options).status === 0;
}

function step(name, holds) {
  process.stdout.write(`\n== ${name}\n`);
  try {
    if (holds()) return true;
  } catch (error) {
    process.stdout.write(`${error.message}\n`);
  }
  failed.push(name);
  return false;
}

function outages() {
  const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js', '--maxWorkers', '2'];
  const suites = ['e2e/src/outages', 'libs/event-stream/src/faults'];
  let holds = false;
  const report = jestReport((reporting) => {
    holds = run([...jest, ...reporting, ...suites], { PRIVITY_FAULTS: 'long' }, 'ignore');
  });
  skipped.push(...report.skipped);
  return holds;
}

const own = process.argv.slice(2);
const mainJob = () => run([...typescript, 'e2e/src/faults/run.ts', ...own]);
const built = step('build', () => run(['tools/build.mjs']));
if (built && step('the main job, its processes killed', mainJob) && own.length === 0) {
  step('outages as long as in life', outages);
  for (const world of ['stream', 'permit']) {
    const simulation = ['-C', '@privity/source', ...typescript, 'e2e/src/simulation/run.ts', world];
    const seeds = { PRIVITY_SEEDS: process.env.PRIVITY_SEEDS ?? '100000' };
    step(`simulated: ${world}`, () => run(simulation, seeds));
  }
}
process.stdout.write(`${skippedLines(skipped)}\n${verdict()}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;

function verdict() {
  if (failed.length > 0) return `failed: ${failed.join('; ')}`;
  if (own.length > 0) return 'these runs of the main job hold; outages and simulation were not asked for';
  return skipped.length === 0 ? 'all of it holds' : `what was run holds, ${skipped.length} skipped`;
}
