import { cpus } from 'node:os';
import { forkChild } from '../child.js';
import type { Figures } from '../line.js';

/** What a dialler posts, without the call id. */
export interface Asked {
  readonly facility: string;
  readonly caller: string;
  readonly dialed: string;
}

export interface Load {
  /** Of the server; `POST /api/calls` is sent to it. */
  readonly url: string;
  readonly token: string;
  readonly asked: readonly Asked[];
  readonly connections: number;
  readonly seconds: number;
}

/**
 * The load comes from a process of its own, the same for every server. With its figures comes what a call costs of all
 * cores, in all processes: no arrangement of them can do more calls than the cores have time for.
 * @throws Error where an answer is not 2xx
 */
export async function callsPerSecond(load: Load): Promise<Figures> {
  const source = forkChild<{ figures?: Figures; problem?: string }>(new URL('load-source.js', import.meta.url));
  try {
    const busyBefore = busyMs();
    const said = source.said();
    source.tell(load);
    const answer = await said;
    if (answer.figures === undefined) throw new Error(`${load.url}: ${answer.problem ?? 'no figures'}`);
    const calls = (answer.figures['perSecond'] ?? 0) * load.seconds;
    return { ...answer.figures, 'µs of all cores a call': ((busyMs() - busyBefore) * 1_000) / calls };
  } finally {
    await source.kill();
  }
}

/** Of all cores together, since the machine was started. */
function busyMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
}
