import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { freePort, startChild } from '@privity/one-machine';

/** A built app as a real process. */
export interface ServiceProcess {
  readonly url: string;
  readonly pid: number;
  /** Settles when the process is gone, however it went. */
  readonly exited: Promise<void>;
  exitCode(): number | null;
  /** What it has written so far. */
  output(): Promise<string>;
  /** Lets go of the channel it watches, as a launcher that dies does. */
  orphan(): void;
  /** SIGKILL by default: what a crash is. Resolves when it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Kills it if it still runs, and removes its log. */
  dispose(): Promise<void>;
}

const START_LIMIT_MS = 60_000;

/**
 * Starts `<appDir>/dist/main.js` on a free port, unless `PRIVITY_PORT` names one, and waits until `/health` says ready.
 * @throws Error with the process's last words where it ends or does not become healthy
 */
export async function startService(appDir: string, env: Readonly<Record<string, string>>): Promise<ServiceProcess> {
  const wanted = env['PRIVITY_PORT'] ?? '0';
  const port = wanted === '0' ? String(await freePort()) : wanted;
  const url = `http://127.0.0.1:${port}`;
  const logDir = await mkdtemp(join(tmpdir(), 'privity-test-service-'));
  const logFile = join(logDir, 'log.jsonl');
  const child = await startChild([process.execPath, '--enable-source-maps', join(appDir, 'dist', 'main.js')], {
    logFile,
    cwd: appDir,
    env: { PATH: process.env['PATH'], TZ: 'UTC', ...env, PRIVITY_PORT: port },
    exitSignal: 'SIGTERM',
    channel: true,
  });
  const service: ServiceProcess = {
    url,
    pid: child.pid,
    exited: child.exited,
    exitCode: () => child.process.exitCode,
    output: () => readFile(logFile, 'utf8'),
    orphan: () => child.process.disconnect(),
    kill: async (signal = 'SIGKILL') => {
      child.process.kill(signal);
      await child.exited;
    },
    dispose: async () => {
      await child.stop('SIGKILL', 5_000);
      await rm(logDir, { recursive: true, force: true });
    },
  };
  for (const deadline = Date.now() + START_LIMIT_MS; Date.now() < deadline && child.isRunning(); await pause(50)) {
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    if (answer?.ok === true) return service;
  }
  const words = (await service.output()).trimEnd().split('\n').slice(-12).join('\n');
  await service.dispose();
  throw new Error(`${appDir} did not become healthy:\n${words}`);
}
