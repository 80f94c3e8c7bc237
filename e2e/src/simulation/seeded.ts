import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const typescript = join(root, 'libs/event-stream/src/test-bench/typescript.mjs');
/** What node needs to run the sources as they are. */
export const asSources = ['-C', '@privity/source', '--import', typescript] as const;
/** Less than a test with seeds may take: whoever waited for them is gone then. */
const LIMIT_MS = 590_000;

export interface Seen {
  readonly seeds: number;
  /** In how many seeds each disturbance happened. */
  readonly seen: Readonly<Record<string, number>>;
}

/**
 * Runs the seeds of a world in a process of their own: a test runner's module loader would cost as much again.
 * @throws Error with the seed that fails, or where they are not done within the limit; the process is gone then too
 */
export async function seeded(world: 'stream' | 'permit', limitMs = LIMIT_MS): Promise<Seen> {
  const args = [...asSources, join(root, 'e2e/src/simulation/run.ts'), world];
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, args, {
    ...{ cwd: root, env, timeout: limitMs, killSignal: 'SIGKILL' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const told = { out: '', err: '' };
  child.stdout.on('data', (text: Buffer) => (told.out += text.toString()));
  child.stderr.on('data', (text: Buffer) => (told.err += text.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (signal !== null) throw new Error(`${world}: ended by ${signal}, as after ${limitMs} ms: ${told.err}`);
  if (code !== 0) throw new Error(told.err);
  return JSON.parse(told.out) as Seen;
}
