// `npm run dev [-- options of privity start]`: compiles on every change; a service whose code changed starts again by itself.
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const tsc = join(root, 'node_modules', '.bin', 'tsc');
if (spawnSync(tsc, ['-b'], { cwd: root, stdio: 'inherit' }).status !== 0) process.exit(1);

const compiler = spawn(tsc, ['-b', '--watch', '--preserveWatchOutput'], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
});
const launcher = spawn(process.execPath, [join(root, 'apps/cli/bin/privity.js'), 'start', ...process.argv.slice(2)], {
  cwd: root,
  env: { ...process.env, PRIVITY_WATCH: '1' },
  stdio: 'inherit',
});
// The launcher stops its services in order; it gets the same signals from the terminal.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => signal === 'SIGTERM' && launcher.kill(signal));
launcher.on('exit', (code) => {
  compiler.kill();
  process.exitCode = code ?? 1;
});
