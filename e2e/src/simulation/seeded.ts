import { spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');

export interface Seen {
  readonly seeds: number;
  /** In how many seeds each disturbance happened. */
  readonly seen: Readonly<Record<string, number>>;
}

/** Runs the seeds of a world in a process of their own: a test runner's module loader would cost as much again. */
export async function seeded(world: 'stream' | 'permit'): Promise<Seen> {
  const typescript = join(root, 'libs/event-stream/src/test-bench/typescript.mjs');
  const args = ['-C', '@privity/source', '--import', typescript, join(root, 'e2e/src/simulation/run.ts'), world];
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const told = { out: '', err: '' };
  child.stdout.on('data', (text: Buffer) => (told.out += text.toString()));
  child.stderr.on('data', (text: Buffer) => (told.err += text.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(told.err);
  return JSON.parse(told.out) as Seen;
}
