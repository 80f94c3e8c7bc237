#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const main = join(import.meta.dirname, '..', 'dist', 'main.js');
if (existsSync(main)) {
  await import(main);
} else {
  console.error('Privity is not built yet. Run `npm run build` in its folder, or `npm start`, which builds it first.');
  process.exitCode = 1;
}
