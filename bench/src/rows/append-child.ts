import { forkChild } from '../child.js';
import type { Figures } from '../line.js';
import type { AppendOrder, Whose } from './append-process.js';

export interface AppendingProcess {
  run(order: AppendOrder): Promise<Figures>;
  stop(): Promise<void>;
}

/** Appends from a process of its own, as services do: neither side pays for the other's heap. */
export async function startAppending(databaseUrl: string, whose: Whose = 'ours'): Promise<AppendingProcess> {
  const file = new URL('append-process.js', import.meta.url);
  const child = forkChild<Figures>(file, [databaseUrl, whose], ['--max-semi-space-size=32']);
  await child.said();
  return {
    run: (order) => {
      const figures = child.said();
      child.tell(order);
      return figures;
    },
    stop: () => child.stop(),
  };
}
