import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { open, readFile, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { MachineProblem } from './machine-problem.js';

/** Puts `setpriv` before a command so that the kernel signals the child when its parent dies, however it dies. */
export function dyingWithParent(command: readonly string[], signal: 'INT' | 'TERM'): string[] {
  return hasSetpriv() ? ['setpriv', '--pdeathsig', signal, '--', ...command] : [...command];
}

let setpriv: boolean | undefined;

/** util-linux's setpriv: on every Debian, Fedora and Ubuntu; busybox's lacks what is needed. */
export function hasSetpriv(): boolean {
  setpriv ??=
    process.platform === 'linux' &&
    spawnSync('setpriv', ['--pdeathsig', 'TERM', '--inh-caps', '-all', '--', 'true']).status === 0;
  return setpriv;
}

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. A command that is not there gives code 127, as a shell does. */
export async function run(
  command: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; uid?: number; gid?: number } = {},
): Promise<Finished> {
  const [file = '', ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(file, args, { env: process.env, ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
    child.on('error', (error) => resolve({ code: 127, stdout, stderr: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, stdout, stderr }));
  });
}

/** A long-running child that writes to a log file, in a process group of its own: Ctrl-C reaches the parent alone. */
export interface Child {
  readonly process: ChildProcess;
  readonly pid: number;
  /** Settles when the process is gone. */
  readonly exited: Promise<void>;
  isRunning(): boolean;
  /** Sends `signal`, then SIGKILL after `patienceMs`; resolves when the process is gone. */
  stop(signal: NodeJS.Signals, patienceMs: number): Promise<void>;
}

export async function startChild(
  command: readonly string[],
  options: {
    logFile: string;
    cwd: string;
    env?: NodeJS.ProcessEnv;
    uid?: number;
    gid?: number;
    /** Sent when this process exits in an orderly way while the child still runs. */
    exitSignal: NodeJS.Signals;
    /** Gives a Node child a channel whose end tells it that its parent is gone. */
    channel?: boolean;
  },
): Promise<Child> {
  const { logFile, exitSignal, channel, ...spawning } = options;
  const log = await open(logFile, 'a', 0o600);
  const [file = '', ...args] = command;
  const child = spawn(file, args, {
    env: process.env,
    ...spawning,
    detached: true,
    stdio: ['ignore', log.fd, log.fd, channel === true ? 'ipc' : 'ignore'],
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  await log.close();
  const isRunning = () => child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  // Where the kernel does not do it (no setpriv), an orderly exit of ours still takes the child along.
  const onExit = () => void (isRunning() && child.kill(exitSignal));
  process.once('exit', onExit);
  void exited.then(() => process.removeListener('exit', onExit));
  return {
    process: child,
    pid: child.pid ?? -1,
    exited,
    isRunning,
    async stop(signal, patienceMs) {
      if (!isRunning()) return;
      child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

/**
 * A server that outlived its launcher still holds the data: it is asked to stop before a new one starts.
 * @param pidFile begins with the process id; removed, since the number may belong to somebody else by now
 * @param marker what stands in the command line of that server and of no other, its data folder
 */
export async function stopOrphan(pidFile: string, marker: string, signal: NodeJS.Signals): Promise<void> {
  const pid = Number((await readFile(pidFile, 'utf8').catch(() => '')).split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 0 || process.platform !== 'linux') return;
  const isOurs = async () => (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).includes(marker);
  for (let waited = 0; waited < 300 && (await isOurs()); waited++) {
    if (waited % 50 === 0) process.kill(pid, signal);
    await sleep(100);
  }
  if (await isOurs()) {
    throw new MachineProblem('data-held', `An older server (process ${pid}) still holds ${marker} and does not stop.`);
  }
  await rm(pidFile, { force: true });
}
