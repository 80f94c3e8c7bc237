#!/usr/bin/env -S node --max-semi-space-size=64
// With room for young objects, of which a replay makes one an event and drops it, a replay takes a seventh less time.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const main = join(import.meta.dirname, '..', 'dist', 'main.js');
if (existsSync(main)) {
  await import(main);
} else {
  console.error('Privity is not built yet. Run `npm run build` in its folder, or `npm start`, which builds it first.');
  process.exitCode = 1;
}
