import { setTimeout as sleep } from 'node:timers/promises';
import { Failed } from '../failures.js';
import { lastLines, type Part } from './processes.js';

/** So many ends within so long: starting it once more would only hide that something is wrong. */
const ENDS = 5;
const WITHIN_MS = 60_000;
const PAUSE_MS = 1_000;
const TRY_EVERY_MS = 2_000;

/** A part that was started; `well` settles when it answers, or rejects when no waiting will help. */
export interface StartedPart extends Part {
  readonly well?: Promise<void>;
}

export interface Keeping {
  readonly name: string;
  /** Starts it as it was started first: where others look for it. */
  start(): Promise<StartedPart>;
  /** Awaited before it is started again: what it stands on. */
  foundation?(): Promise<unknown>;
  /** How long it may be away, ending and failing to start: a server whose disk is full is well again once there is room. */
  readonly patienceMs?: number;
  readonly say: (line: string) => void;
  /** Told when it ends too often or cannot be started again. */
  readonly giveUp: (why: Failed) => void;
}

/**
 * A part of an instance that is started again when it ends although nobody asked it to, as an orchestrator would: what
 * it was doing stands in its database, and every other part waits for it.
 */
export class KeptPart {
  private readonly ends: number[] = [];
  private stopping = false;
  private beginStopping: () => void = () => undefined;
  private readonly stoppingBegun = new Promise<void>((resolve) => (this.beginStopping = resolve));
  private current: StartedPart | undefined;
  private restarting: Promise<void> = Promise.resolve();

  constructor(private readonly keeping: Keeping) {}

  /** Resolves when it is well for the first time. @throws whatever keeps it from that */
  async start(): Promise<void> {
    const part = await this.keeping.start();
    this.current = part;
    await part.well;
    this.keep(part);
  }

  /** From now on this part, which runs already, is the one that is kept. */
  keep(part: StartedPart): void {
    this.current = part;
    void part.exited.then(() => {
      if (this.stopping) return;
      this.current = undefined;
      this.restarting = this.again(part.logFile);
    });
  }

  /** Settles when it is there again, or was given up. */
  settled(): Promise<void> {
    return this.restarting;
  }

  /** One that is being started again is stopped once it is there; what it stands on is not waited for any more. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.beginStopping();
    await this.restarting;
    await this.current?.stop();
  }

  private async again(logFile: string): Promise<void> {
    const { name, say, giveUp, foundation, patienceMs } = this.keeping;
    const now = Date.now();
    this.ends.push(now);
    const recent = this.ends.filter((at) => at > now - WITHIN_MS).length;
    if (recent >= ENDS && patienceMs === undefined) {
      giveUp(new Failed(`${name} ended ${recent} times within a minute; Privity stops.${await lastLines(logFile)}`));
      return;
    }
    say(`${name} ended unexpectedly and is started again (its log: ${logFile})`);
    try {
      await sleep((recent - 1) * PAUSE_MS);
      await Promise.race([foundation?.(), this.stoppingBegun]);
      const part = await this.startAgain();
      if (part === undefined) return;
      this.keep(part);
      // One that ends while it starts counts as any end does; what only a person can mend stops everything.
      part.well?.catch((error: unknown) => {
        if (this.current === part && !this.stopping) giveUp(notStarted(name, error));
      });
    } catch (error) {
      giveUp(notStarted(name, error));
    }
  }

  /** @returns undefined where it is to be stopped meanwhile. @throws the last failure */
  private async startAgain(): Promise<StartedPart | undefined> {
    const { name, start, say, patienceMs = 0 } = this.keeping;
    let said = false;
    for (const deadline = performance.now() + patienceMs; !this.stopping; await sleep(TRY_EVERY_MS)) {
      try {
        return await start();
      } catch (error) {
        if (performance.now() >= deadline) throw error;
        if (!said) say(`${name} cannot be started, and is tried again. ${messageOf(error)}`);
        said = true;
      }
    }
    return undefined;
  }
}

function notStarted(name: string, error: unknown): Failed {
  return new Failed(`${name} could not be started again; Privity stops. ${messageOf(error)}`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
