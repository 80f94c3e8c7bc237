import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

/** Names of the contexts whose language others may read, and only through their events. */
const CONTEXTS = ['registry', 'routing', 'recording', 'requests', 'audit'];
const NODE_IO = [
  'fs',
  'fs/promises',
  'net',
  'http',
  'https',
  'http2',
  'tls',
  'dgram',
  'dns',
  'child_process',
  'worker_threads',
  'cluster',
];

/** What a context's library must never import: architecture.md section 2. */
const forbiddenInContexts = (context) => ({
  patterns: [
    {
      group: [
        '@nestjs/*',
        'typeorm',
        'typeorm/*',
        'kafkajs',
        'pg',
        'undici',
        'fastify',
        '@privity/testing',
        ...NODE_IO,
        ...NODE_IO.map((name) => `node:${name}`),
      ],
      message: 'A context library is pure: no framework, no database, no I/O. Put it into the app.',
    },
    {
      regex: `^@privity/(${CONTEXTS.filter((name) => name !== context).join('|')})(?!/events$)`,
      message: "Of another context only its events may be imported: '@privity/<context>/events'.",
    },
  ],
});

export default tseslint.config(
  { ignores: ['**/dist', '**/node_modules', '.nx', '.cache', 'samples', '.privity'] },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommended],
    languageOptions: { parserOptions: { project: ['./tsconfig.spec.json'], tsconfigRootDir: import.meta.dirname } },
    plugins: { '@nx': nx },
    rules: {
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: true }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@nx/enforce-module-boundaries': [
        'error',
        {
          allow: [],
          enforceBuildableLibDependency: false,
          depConstraints: [
            { sourceTag: 'type:kernel', onlyDependOnLibsWithTags: [] },
            { sourceTag: 'type:pure', onlyDependOnLibsWithTags: ['type:kernel'] },
            { sourceTag: 'type:context', onlyDependOnLibsWithTags: ['type:kernel', 'type:context', 'type:testing'] },
            {
              sourceTag: 'type:infrastructure',
              onlyDependOnLibsWithTags: ['type:kernel', 'type:pure', 'type:infrastructure', 'type:testing'],
            },
            { sourceTag: 'type:testing', onlyDependOnLibsWithTags: ['type:kernel', 'type:infrastructure'] },
            {
              sourceTag: 'type:app',
              onlyDependOnLibsWithTags: [
                'type:kernel',
                'type:pure',
                'type:context',
                'type:infrastructure',
                'type:testing',
              ],
            },
          ],
        },
      ],
    },
  },
  ...CONTEXTS.map((context) => ({
    files: [`libs/${context}/src/**/*.ts`],
    ignores: ['**/*.spec.ts'],
    rules: { 'no-restricted-imports': ['error', forbiddenInContexts(context)] },
  })),
  {
    files: ['apps/**/*.ts', 'libs/**/*.ts'],
    ignores: CONTEXTS.map((context) => `libs/${context}/src/**/*.ts`),
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^@privity/([a-z]+-service|cli|e2e)(/|$)', message: 'An app is imported by nobody.' }] },
      ],
    },
  },
);
