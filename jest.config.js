export default {
  projects: ['<rootDir>/libs/*', '<rootDir>/apps/*', '<rootDir>/bench', '<rootDir>/e2e'],
};
