import { join } from 'node:path';

// One jest set-up for every project: TypeScript through swc as ES modules, and workspace packages
// straight from their sources, so that a test never runs against a stale build (but for whole services and threads,
// which run what was built: nx builds before it tests).
const swc = {
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
  },
  module: { type: 'es6' },
  sourceMaps: 'inline',
};

/** @param {string} displayName @param {string} rootDir absolute folder of the project */
export function jestPreset(displayName, rootDir) {
  return {
    displayName,
    rootDir,
    roots: [rootDir],
    testMatch: ['**/*.spec.ts'],
    testPathIgnorePatterns: ['/node_modules/', '/dist/'],
    testEnvironment: 'node',
    testEnvironmentOptions: { customExportConditions: ['@privity/source', 'node', 'node-addons'] },
    extensionsToTreatAsEsm: ['.ts'],
    transform: { '^.+\\.ts$': ['@swc/jest', swc] },
    // Not `.json.js`, as libphonenumber-js has them: without their last part they would be JSON.
    moduleNameMapper: { '^(\\.{1,2}/.*(?<!\\.json))\\.js$': '$1' },
    setupFiles: [join(import.meta.dirname, 'jest.setup.js')],
  };
}
