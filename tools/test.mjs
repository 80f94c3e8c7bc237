// `npm test`: format, lint, build, type check, then every suite; ends with the line `N passed, N failed, N skipped`.
// What is skipped is counted and named, so that a machine without Java cannot look like a machine where Kafka works.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const bin = (name) => join(root, 'node_modules', '.bin', name);
const env = {
  ...process.env,
  NODE_OPTIONS: '--experimental-vm-modules --no-warnings',
  // A broker of a test lives for a minute or two: what the second compiler makes of it is never earned back.
  JAVA_TOOL_OPTIONS: [process.env.JAVA_TOOL_OPTIONS, '-XX:TieredStopAtLevel=1'].filter(Boolean).join(' '),
};
const counts = { passed: 0, failed: 0, skipped: 0 };
const skipped = [];

function step(name, command, args) {
  process.stdout.write(`\n== ${name}\n`);
  const { status } = spawnSync(bin(command), args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
  counts[status === 0 ? 'passed' : 'failed'] += 1;
  return status === 0;
}

function suites(args) {
  process.stdout.write('\n== unit, contract, integration, end-to-end\n');
  const folder = mkdtempSync(join(tmpdir(), 'privity-test-'));
  const report = join(folder, 'jest.json');
  try {
    const jest = ['--json', '--outputFile', report, '--maxWorkers', '2', '--reporters', 'default', ...args];
    spawnSync(bin('jest'), jest, { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] });
    const result = JSON.parse(readFileSync(report, 'utf8'));
    counts.passed += result.numPassedTests;
    counts.failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
    counts.skipped += result.numPendingTests + result.numTodoTests;
    for (const suite of result.testResults)
      for (const test of suite.assertionResults)
        if (test.status === 'pending' || test.status === 'todo') skipped.push(test.fullName);
  } catch (error) {
    process.stdout.write(`the suites left no report: ${error.message}\n`);
    counts.failed += 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

step('format', 'prettier', ['--check', '--log-level', 'warn', '.']);
if (step('build', 'nx', ['run-many', '-t', 'build', '--outputStyle=static'])) {
  step('types of the tests', 'tsc', ['-p', 'tsconfig.spec.json']);
  step('lint', 'eslint', ['.', '--max-warnings', '0']);
  suites(process.argv.slice(2));
}
if (skipped.length > 0) process.stdout.write(`\nskipped:\n${skipped.map((name) => `  - ${name}\n`).join('')}`);
process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
process.exitCode = counts.failed === 0 ? 0 : 1;
