import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A program of this bench in a process of its own, which is told and answers by messages. */
export interface ToldChild<Answer> {
  readonly isRunning: boolean;
  /** The next message from now on. @throws Error where it ends, or has ended, before it says one */
  said(): Promise<Answer>;
  tell(message: object): void;
  onSaid(listener: (message: Answer) => void): void;
  /** Lets go of it, and waits until it is gone; at once where it is. */
  stop(): Promise<void>;
  /** For one that need not come to an end of its own. */
  kill(): Promise<void>;
}

/** @param file the built program */
export function forkChild<Answer>(
  file: URL,
  words: readonly string[] = [],
  execArgv: readonly string[] = process.execArgv,
): ToldChild<Answer> {
  const child = fork(fileURLToPath(file), [...words], { execArgv: [...execArgv] });
  let running = true;
  // Heard from the beginning: whoever asks later asks about an end that may have been.
  const ended = new Promise<Error>((resolve) => {
    child.once('exit', (code, signal) => {
      running = false;
      resolve(new Error(`a process of the bench ended with ${code ?? signal}`));
    });
    // It could not be started, or could not be told.
    child.on('error', resolve);
  });
  const gone = async () => void (await ended);
  return {
    get isRunning() {
      return running;
    },
    said: async () => {
      const answer = await Promise.race([once(child, 'message') as Promise<[Answer]>, ended]);
      if (answer instanceof Error) throw answer;
      return answer[0];
    },
    tell: (message) => void child.send(message),
    onSaid: (listener) => void child.on('message', listener),
    stop: () => {
      if (child.connected) child.disconnect();
      return gone();
    },
    kill: () => {
      if (running) child.kill();
      return gone();
    },
  };
}
