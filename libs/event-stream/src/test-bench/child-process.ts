import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const folder = new URL('.', import.meta.url).pathname;

/** A process of this folder, run from its sources. */
export interface BenchProcess {
  readonly pid: number;
  isRunning(): boolean;
  /** Resolves when it says `word` from now on; rejects when it ends first. */
  says(word: string): Promise<void>;
  /** SIGKILL, also of one that was stopped. */
  kill(): Promise<void>;
}

/** Runs `<script>.ts` of this folder. */
export function benchProcess(script: string, args: readonly string[]): BenchProcess {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const typescript = ['-C', '@privity/source', '--import', join(folder, 'typescript.mjs')];
  const child: ChildProcess = spawn(process.execPath, [...typescript, join(folder, `${script}.ts`), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  return {
    pid: child.pid ?? -1,
    isRunning,
    says: (word) =>
      new Promise((resolve, reject) => {
        const listen = (chunk: Buffer) => {
          if (!chunk.toString('utf8').split('\n').includes(word)) return;
          child.stdout?.off('data', listen);
          resolve();
        };
        child.stdout?.on('data', listen);
        child.once('exit', () => reject(new Error(`${script} ended before it said ${word}`)));
      }),
    kill: async () => {
      if (!isRunning()) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
