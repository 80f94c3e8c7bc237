import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
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

/** The load comes from a process of its own, the same for every server. @throws Error where an answer is not 2xx */
export async function callsPerSecond(load: Load): Promise<Figures> {
  const source = fork(join(import.meta.dirname, 'load-source.js'));
  try {
    source.send(load);
    const [answer] = (await once(source, 'message')) as [{ figures?: Figures; problem?: string }];
    if (answer.figures === undefined) throw new Error(`${load.url}: ${answer.problem ?? 'no figures'}`);
    return answer.figures;
  } finally {
    source.kill();
  }
}
