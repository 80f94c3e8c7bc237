// Before `npm start`: builds what changed since the last time. Silent while all is well, so that the reader sees Privity's own words.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const nx = join(root, 'node_modules', '.bin', 'nx');
if (process.stderr.isTTY) process.stderr.write('Building\n');
const { status, stdout, stderr } = spawnSync(nx, ['run-many', '-t', 'build', '--outputStyle=static'], {
  cwd: root,
  encoding: 'utf8',
});
if (status !== 0) {
  process.stderr.write(`${stdout ?? ''}${stderr ?? ''}`);
  process.exitCode = 1;
}
