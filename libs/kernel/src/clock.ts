import { setTimeout as sleep } from 'node:timers/promises';

/** Time as a process lives through it. The simulation brings one of its own. */
export interface Clock {
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** Resolves after so many milliseconds, or as soon as the signal is aborted. `ref: false`: a process need not live for it. */
  sleep(ms: number, o?: { readonly signal?: AbortSignal; readonly ref?: boolean }): Promise<void>;
  /** Runs this in a later turn of the event loop. */
  soon(run: () => void): void;
}

export const machineClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, o) => sleep(ms, undefined, o).catch(() => undefined),
  soon: (run) => void setImmediate(run),
};
