import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');
/** The command line, as it was built. */
export const privity = join(root, 'apps/cli/bin/privity.js');

/** How long whoever is asked to stop may take, with all that it started. Less than the limit of an `afterAll`. */
const PATIENCE_MS = 50_000;

/** What it said last may come after its end, and never does where a child of its own holds the line. */
const LAST_WORDS_MS = 1_000;

/** A program in a process of its own. That it ended, and how, is known also to who asks long after. */
export class NodeProgram {
  /** What it wrote to the screen. */
  said = '';
  /** Resolves when it is gone, with its exit code, or null where a signal or nothing at all ended it. Never rejects. */
  readonly ended: Promise<number | null>;
  private running = true;
  private readonly child: ChildProcessWithoutNullStreams;

  /** @param words the arguments of node @param variables beside those of this process */
  constructor(words: readonly string[], variables: Readonly<Record<string, string>> = {}) {
    const env = { ...process.env, NODE_OPTIONS: '', ...variables };
    this.child = spawn(process.execPath, words, { cwd: root, env });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.on('data', (text: Buffer) => (this.said += text.toString()));
    }
    this.ended = new Promise((resolve) => {
      this.child.once('exit', (code) => {
        this.running = false;
        setTimeout(() => resolve(code), LAST_WORDS_MS).unref();
      });
      // Where it could not even be started there is no exit.
      this.child.once('error', () => (this.running = false));
      this.child.once('close', resolve);
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get isRunning(): boolean {
    return this.running;
  }

  /** Resolves as soon as what it said matches. @throws Error with all that it said where it ends before */
  says(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const streams = [this.child.stdout, this.child.stderr];
      const look = () => {
        const match = pattern.exec(this.said);
        if (match === null) return;
        for (const stream of streams) stream.off('data', look);
        resolve(match);
      };
      for (const stream of streams) stream.on('data', look);
      look();
      void this.ended.then((code) => reject(new Error(`it ended with ${code}: ${this.said}`)));
    });
  }

  /** As Ctrl-C does; who does not heed it is killed. Returns the exit code, at once where it ended before. */
  async stop(patienceMs = PATIENCE_MS): Promise<number | null> {
    if (this.isRunning) this.child.kill('SIGINT');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), patienceMs);
    const code = await this.ended;
    clearTimeout(timer);
    return code;
  }
}
