import { setTimeout as sleep } from 'node:timers/promises';
import { ProblemError, type CallAnswer, type MediaReceipt, type PrivityClient } from '@privity/client';
import { long } from './duration.js';

const CALLER = '1000000001';
const SECOND = 8_000;
/** A fifth of a second of sound: short calls, many of them. */
const SHORT = Buffer.alloc(SECOND / 5, 0x7f);
/** In the short form ten calls a second: more would only make every suite beside it wait. */
const BETWEEN_CALLS_MS = long ? 20 : 200;

export interface MadeCall extends CallAnswer {
  readonly dialed: string;
  /** Milliseconds since the epoch, by the clock of the test. */
  readonly begunAt: number;
  /** Absent where nothing was recorded, or where who was told so never heard of it: see `refusal`. */
  readonly receipt?: MediaReceipt;
  /** `already-recorded`: an attempt that was not answered may have kept sound. */
  readonly refusal?: string;
}

/** A dialler that repeats what could not be done at this moment: its client does. */
export class Telephone {
  readonly made: MadeCall[] = [];
  private begun = 0;

  /** @param now the dialler's own clock, which it reports with connected and ended */
  constructor(
    private readonly name: string,
    private readonly client: PrivityClient,
    private readonly now: () => number = Date.now,
  ) {}

  /** Decides a call and, where it may be recorded, has the notice accepted. Whoever dials must hang up. */
  async dial(dialed: string): Promise<{ readonly answer: CallAnswer; readonly permit?: string }> {
    const { calls } = this.client;
    const callId = `${this.name}-${(this.begun += 1)}`;
    const answer = await calls.decide({ callId, facility: 'N1', caller: CALLER, dialed });
    if (answer.outcome === 'deny') return { answer };
    const { permit } =
      answer.recording === 'off' ? {} : await calls.notice(callId, { party: 'callee', result: 'accepted' });
    await this.timed((at) => calls.connected(callId, at));
    return permit === undefined ? { answer } : { answer, permit };
  }

  hangUp({ callId }: CallAnswer): Promise<void> {
    return this.timed((at) => this.client.calls.ended(callId, at));
  }

  /** A whole call, a short one unless it is given sound. */
  async call(dialed: string, sound: Buffer | AsyncIterable<Buffer> = SHORT): Promise<MadeCall> {
    const begunAt = Date.now();
    const { answer, permit } = await this.dial(dialed);
    const recorded = permit === undefined ? {} : await this.record(answer, permit, sound);
    if (answer.outcome === 'connect') await this.hangUp(answer);
    const made = { ...answer, dialed, begunAt, ...recorded };
    this.made.push(made);
    return made;
  }

  /** Calls these numbers in turn, on several lines at once, until told to stop. */
  load(numbers: readonly string[], lines = 3): { readonly stop: () => Promise<readonly MadeCall[]> } {
    const before = this.made.length;
    let stopped = false;
    let turn = 0;
    const line = async () => {
      while (!stopped) {
        await this.call(numbers[turn++ % numbers.length] as string);
        await sleep(BETWEEN_CALLS_MS);
      }
    };
    const running = Array.from({ length: lines }, line);
    // A line that fails is told of when the load is stopped.
    for (const one of running) one.catch(() => undefined);
    return {
      stop: async () => {
        stopped = true;
        await Promise.all(running);
        return this.made.slice(before);
      },
    };
  }

  /** What a dialler does whose media is refused or cut off: the call goes on without. */
  private async record(
    { callId }: CallAnswer,
    permit: string,
    sound: Buffer | AsyncIterable<Buffer>,
  ): Promise<Pick<MadeCall, 'receipt' | 'refusal'>> {
    try {
      return { receipt: await this.client.calls.media(callId, permit, sound) };
    } catch (error) {
      if (error instanceof ProblemError && ['permit-refused', 'already-recorded'].includes(error.code))
        return { refusal: error.code };
      throw error;
    }
  }

  /** A time that was right when it was sent may be refused where clocks stepped meanwhile: it is told again. */
  private async timed(report: (at: string) => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt += 1, await sleep(250)) {
      try {
        return await report(new Date(this.now()).toISOString());
      } catch (error) {
        if (!(error instanceof ProblemError) || error.code !== 'invalid-input' || attempt === 20) throw error;
      }
    }
  }
}
