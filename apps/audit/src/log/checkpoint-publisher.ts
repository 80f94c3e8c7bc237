import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { JsonLog, Readiness } from '@privity/service';
import { openCheckpoint, rootFromTiles } from '@privity/transparency-log';
import { LastSigned } from './last-signed.js';
import { LogInconsistent } from './log-errors.js';
import { LogSigner } from './log-signer.js';
import { LogStore, type LogHead, type SignedHead } from './log-store.js';

const INTERVAL_MS = 1_000;

/**
 * Signs what is integrated, once a second while the log grows and whenever a proof needs it. Before it signs it computes
 * from the tiles the new root and the root signed last: a log must never sign two trees that do not continue each other.
 */
@Injectable()
export class CheckpointPublisher implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<SignedHead> | undefined;
  /** Well only once it is known that the log continues what was signed. */
  private problem: string | undefined = 'not compared yet with what was signed';

  constructor(
    private readonly store: LogStore,
    private readonly signer: LogSigner,
    private readonly memory: LastSigned,
    private readonly log: JsonLog,
    readiness: Readiness,
  ) {
    readiness.check('log', () => this.problem);
  }

  onApplicationBootstrap(): void {
    const publish = () => void this.publish().catch(() => undefined);
    publish();
    this.timer = setInterval(publish, INTERVAL_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running?.catch(() => undefined);
  }

  /** The checkpoint that outsiders get now. */
  async latest(): Promise<SignedHead> {
    return (await this.store.lastCheckpoint()) ?? this.publish();
  }

  /** A checkpoint that covers entry `index`, signing one if need be. */
  async covering(index: number): Promise<SignedHead> {
    const last = await this.latest();
    return last.size > index ? last : this.publish();
  }

  /** Signs what is integrated by now; whoever asks meanwhile waits for the run after the one in hand. */
  publish(): Promise<SignedHead> {
    const after = this.running?.catch(() => undefined) ?? Promise.resolve();
    const run = after.then(() => this.signHead());
    this.running = run;
    void run.then(
      () => {
        this.problem = undefined;
      },
      (error: unknown) => {
        const problem = error instanceof LogInconsistent ? error.message : 'the log cannot be signed';
        if (this.problem !== problem) this.log.failure('the log was not signed', error);
        this.problem = problem;
      },
    );
    return run;
  }

  private async signHead(): Promise<SignedHead> {
    const stored = await this.store.lastCheckpoint();
    if (stored !== undefined) this.requireOwn(stored);
    const remembered = await this.memory.read(this.signer.verifier);
    const last = (remembered?.size ?? 0) > (stored?.size ?? 0) ? remembered : stored;
    const head = await this.store.head();
    if (last !== undefined && head.size < last.size)
      throw new LogInconsistent('the log is shorter than what was signed');
    if (last?.size === head.size) {
      if (!last.root.equals(head.root)) {
        throw new LogInconsistent('the log is another than was signed for its size');
      }
      // The process that signed it died before it could say so.
      if (last !== stored) await this.store.saveCheckpoint(last);
      return last;
    }
    for (const claim of last === undefined ? [head] : [last, head]) await this.requireRoot(claim);
    const signed = { ...head, note: this.signer.sign(head) };
    // First outside the database: nothing is handed out that a restored one would make us forget.
    await this.memory.write(signed);
    await this.store.saveCheckpoint(signed);
    return signed;
  }

  /** The row and the note it holds must agree, and the note must be ours. */
  private requireOwn({ note, size, root }: SignedHead): void {
    const signed = openCheckpoint(note, this.signer.verifier);
    if (signed.size !== size || !signed.root.equals(root)) throw new LogInconsistent('a stored checkpoint was altered');
  }

  private async requireRoot({ size, root }: LogHead): Promise<void> {
    if (!(await rootFromTiles(size, this.store.readTiles)).equals(root)) {
      throw new LogInconsistent(`the tiles do not give the root of size ${size}`);
    }
  }
}
