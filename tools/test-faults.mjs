// `npm run test:faults`: the whole of the fault suite in its long form, an hour and a half on two cores. Forty runs of the main job
// with processes killed at random moments, the outages as long as in life, a hundred thousand simulated seeds of each
// world. With arguments only runs of the main job, as e2e/src/faults/run.ts takes them. Exit code 1 where anything fails.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const typescript = ['--import', './libs/event-stream/src/test-bench/typescript.mjs'];
const failed = [];

function step(name, args, env = {}) {
  process.stdout.write(`\n== ${name}\n`);
  const { status } = spawnSync(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: 'inherit',
  });
  if (status !== 0) failed.push(name);
}

const own = process.argv.slice(2);
step('build', ['tools/build.mjs']);
if (failed.length === 0) step('the main job, its processes killed', [...typescript, 'e2e/src/faults/run.ts', ...own]);
if (failed.length === 0 && own.length === 0) {
  const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js', '--maxWorkers', '2'];
  const long = { PRIVITY_FAULTS: 'long' };
  step('outages as long as in life', [...jest, 'e2e/src/outages', 'libs/event-stream/src/faults'], long);
  for (const world of ['stream', 'permit']) {
    const run = ['-C', '@privity/source', ...typescript, 'e2e/src/simulation/run.ts', world];
    step(`simulated: ${world}`, run, { PRIVITY_SEEDS: process.env.PRIVITY_SEEDS ?? '100000' });
  }
}
process.stdout.write(failed.length === 0 ? '\nall of it holds\n' : `\nfailed: ${failed.join('; ')}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
