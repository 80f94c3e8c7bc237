export { MemoryDatabase } from './memory-database.js';
export { seeded } from './seeded.js';
