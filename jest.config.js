export default {
  // Speed is measured in `bench`, never by a test: on a machine that does other work a good one may take long.
  testTimeout: 30_000,
  testSequencer: '<rootDir>/tools/longest-first.mjs',
  projects: ['<rootDir>/libs/*', '<rootDir>/apps/*', '<rootDir>/bench', '<rootDir>/e2e'],
};
