import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Figures } from '../line.js';
import type { AppendOrder } from './append-process.js';

export interface AppendingProcess {
  run(order: AppendOrder): Promise<Figures>;
  stop(): Promise<void>;
}

/** Appends from a process of its own, as services do: neither side pays for the other's heap. */
export async function startAppending(
  databaseUrl: string,
  whose: 'ours' | 'emmett' = 'ours',
): Promise<AppendingProcess> {
  const file = fileURLToPath(new URL('append-process.js', import.meta.url));
  const child = fork(file, [databaseUrl, whose], { execArgv: ['--max-semi-space-size=32'] });
  const ended = once(child, 'exit');
  const failed = ended.then(([code]) => Promise.reject(new Error(`an appending process ended with ${code}`)));
  failed.catch(() => undefined);
  const said = async () => ((await Promise.race([once(child, 'message'), failed])) as [Figures])[0];
  await said();
  return {
    run: (order) => {
      const figures = said();
      child.send(order);
      return figures;
    },
    stop: async () => {
      child.disconnect();
      await ended;
    },
  };
}
