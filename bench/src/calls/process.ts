import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild } from '@privity/one-machine';

/** A built program that answers `/health`, as a process of its own. */
export interface Answering {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const PATIENCE_MS = 60_000;

/**
 * @param file built entry point
 * @param wellAt status of `/health` that suffices
 * @throws Error with its last words
 */
export async function startProcess(
  file: string,
  port: number,
  env: Readonly<Record<string, string>>,
  wellAt = 200,
): Promise<Answering> {
  const url = `http://127.0.0.1:${port}`;
  const folder = await mkdtemp(join(tmpdir(), 'privity-bench-log-'));
  const logFile = join(folder, 'log');
  const { PATH = '', NODE_OPTIONS = '' } = process.env;
  const child = await startChild([process.execPath, '--max-semi-space-size=32', '--enable-source-maps', file], {
    logFile,
    cwd: process.cwd(),
    env: { PATH, NODE_OPTIONS, TZ: 'UTC', ...env, PRIVITY_PORT: String(port) },
    exitSignal: 'SIGTERM',
    channel: true,
  });
  const stop = async () => {
    await child.stop('SIGTERM', 10_000);
    await rm(folder, { recursive: true, force: true });
  };
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline && child.isRunning(); await sleep(50)) {
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    if (answer?.status === wellAt) return { url, pid: child.pid, stop };
  }
  const words = (await readFile(logFile, 'utf8')).trimEnd().split('\n').slice(-5).join('\n');
  await stop();
  throw new Error(`${file} did not come up:\n${words}`);
}

/** Runs a built program to its end. @throws Error with its last words */
export async function runProcess(file: string, env: Readonly<Record<string, string>>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'privity-bench-log-'));
  const logFile = join(folder, 'log');
  const child = await startChild([process.execPath, file], {
    logFile,
    cwd: process.cwd(),
    env: { PATH: process.env['PATH'], TZ: 'UTC', ...env },
    exitSignal: 'SIGTERM',
  });
  await child.exited;
  const words = await readFile(logFile, 'utf8');
  await rm(folder, { recursive: true, force: true });
  if (child.process.exitCode !== 0) throw new Error(`${file} failed:\n${words}`);
}
