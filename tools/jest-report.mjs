// What a run of jest came to, from the report that it was told to write: who passes on `all is well` must be able to say what was
// not run, so that a machine without Java cannot look like a machine where Kafka works.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * @param {(reporting: string[]) => void} run starts jest with these arguments too, and waits for its end
 * @returns {{passed: number, failed: number, skipped: string[]}} skipped ones by name @throws Error where it left no report
 */
export function jestReport(run) {
  const folder = mkdtempSync(join(tmpdir(), 'privity-test-'));
  const file = join(folder, 'jest.json');
  try {
    // Reporters first: jest takes every word that follows them for another one.
    run(['--reporters', 'default', '--json', '--outputFile', file]);
    return countsOf(JSON.parse(readFileSync(file, 'utf8')));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function countsOf(result) {
  const tests = result.testResults.flatMap((suite) => suite.assertionResults);
  return {
    passed: result.numPassedTests,
    failed: result.numFailedTests + result.numRuntimeErrorTestSuites,
    skipped: tests.filter(({ status }) => status === 'pending' || status === 'todo').map(({ fullName }) => fullName),
  };
}

/** Lines that name what was skipped; nothing where nothing was. */
export function skippedLines(skipped) {
  return skipped.length === 0 ? '' : `\nskipped:\n${skipped.map((name) => `  - ${name}\n`).join('')}`;
}
