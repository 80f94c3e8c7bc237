// `npm test`: format, lint, build, type check, then every suite; ends with the line `N passed, N failed, N skipped`.
// What is skipped is counted and named, so that a machine without Java cannot look like a machine where Kafka works.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { jestReport, skippedLines } from './jest-report.mjs';

const root = join(import.meta.dirname, '..');
const bin = (name) => join(root, 'node_modules', '.bin', name);
const env = {
  ...process.env,
  NODE_OPTIONS: '--experimental-vm-modules --no-warnings',
  // A broker of a test lives for a minute or two: what the second compiler makes of it is never earned back.
  JAVA_TOOL_OPTIONS: [process.env.JAVA_TOOL_OPTIONS, '-XX:TieredStopAtLevel=1'].filter(Boolean).join(' '),
};
const counts = { passed: 0, failed: 0 };
const skipped = [];

function step(name, command, args) {
  process.stdout.write(`\n== ${name}\n`);
  const { status } = spawnSync(bin(command), args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
  counts[status === 0 ? 'passed' : 'failed'] += 1;
  return status === 0;
}

function suites(args) {
  process.stdout.write('\n== unit, contract, integration, end-to-end\n');
  try {
    const report = jestReport((reporting) =>
      spawnSync(bin('jest'), [...reporting, '--maxWorkers', '2', ...args], {
        cwd: root,
        env,
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    );
    counts.passed += report.passed;
    counts.failed += report.failed;
    skipped.push(...report.skipped);
  } catch (error) {
    process.stdout.write(`the suites left no report: ${error.message}\n`);
    counts.failed += 1;
  }
}

step('format', 'prettier', ['--check', '--log-level', 'warn', '.']);
if (step('build', 'nx', ['run-many', '-t', 'build', '--outputStyle=static'])) {
  step('types of the tests', 'tsc', ['-p', 'tsconfig.spec.json']);
  step('lint', 'eslint', ['.', '--max-warnings', '0']);
  suites(process.argv.slice(2));
}
process.stdout.write(skippedLines(skipped));
process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed, ${skipped.length} skipped\n`);
process.exitCode = counts.failed === 0 ? 0 : 1;
