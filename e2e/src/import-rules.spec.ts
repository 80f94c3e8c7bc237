import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

interface Sample {
  readonly file: string;
  readonly code: string;
}

// One process for all samples: loading the configuration and the types is what takes the time.
const lintAll = `
import { ESLint } from 'eslint';
const eslint = new ESLint();
const results = [];
for (const { file, code } of JSON.parse(process.argv[1])) results.push((await eslint.lintText(code, { filePath: file }))[0].messages);
process.stdout.write(JSON.stringify(results));
`;

/** Lints each sample as if it stood in its file, with the project's own configuration; returns the rules it breaks. */
function rulesBroken(samples: readonly Sample[]): string[][] {
  // Single-run mode would parse what is on disk instead of the sample.
  const env = { ...process.env, TSESTREE_SINGLE_RUN: 'false', NODE_OPTIONS: '' };
  const args = ['--input-type=module', '--eval', lintAll, JSON.stringify(samples)];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  const results = JSON.parse(stdout) as { ruleId: string | null; message: string; fatal?: boolean }[][];
  return results.map((messages) => messages.map(({ ruleId, message, fatal }) => (fatal ? message : (ruleId ?? ''))));
}

// The house stands on these (architecture.md, section 2). Each line is a file that exists, so that the parser knows it.
describe('import rules', () => {
  const forbidden: [file: string, code: string, rule: string][] = [
    [
      'libs/routing/src/events.ts',
      "import { Injectable } from '@nestjs/common';\nexport { Injectable };\n",
      'no-restricted-imports',
    ],
    [
      'libs/routing/src/events.ts',
      "import { readFile } from 'node:fs/promises';\nexport { readFile };\n",
      'no-restricted-imports',
    ],
    ['libs/recording/src/events.ts', "export { decideCall } from '@privity/routing';\n", 'no-restricted-imports'],
    [
      'libs/routing/src/events.ts',
      "export { EventStore } from '@privity/event-store';\n",
      '@nx/enforce-module-boundaries',
    ],
    [
      'libs/kernel/src/index.ts',
      "export { EventStore } from '@privity/event-store';\n",
      '@nx/enforce-module-boundaries',
    ],
    ['libs/event-store/src/index.ts', "export * from '@privity/routing/events';\n", '@nx/enforce-module-boundaries'],
    ['apps/routing/src/main.ts', "export * from '@privity/registry-service';\n", 'no-restricted-imports'],
    [
      'apps/routing/src/main.ts',
      "export * from '../../registry/src/definition.js';\n",
      '@nx/enforce-module-boundaries',
    ],
  ];

  const allowed: [file: string, code: string][] = [
    ['libs/recording/src/events.ts', "export type { CallDecided } from '@privity/routing/events';\n"],
    ['libs/routing/src/events.ts', "export { shardOf } from '@privity/kernel';\n"],
  ];
  const broken = rulesBroken([...forbidden, ...allowed].map(([file, code]) => ({ file, code })));

  it.each(forbidden.map((sample, n) => [...sample, n] as const))('%s must not hold %j: %s', (_file, _code, rule, n) => {
    expect(broken[n]).toContain(rule);
  });
  it.each(allowed.map((sample, n) => [...sample, n] as const))('%s may hold %j', (_file, _code, n) => {
    expect(broken[forbidden.length + n]).toEqual([]);
  });
});
