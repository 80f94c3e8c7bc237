import type { Clock } from '@privity/kernel';
import { Tally } from './tally.js';
import { VirtualTime } from './virtual-time.js';
import { CALM, Chance, type Weather } from './weather.js';

const SLOW_MS = 7_500;

/** Everything that processes run on: time, the network's mood, and a count of what went wrong. */
export class Machine {
  readonly chance: Chance;
  readonly tally = new Tally();

  constructor(
    readonly time: VirtualTime,
    public weather: Weather,
  ) {
    this.chance = new Chance(weather.chance);
  }

  calm(): void {
    this.weather = CALM;
  }
}

/**
 * A process of its own: it has a clock, it can be stopped for a while or killed, and whatever it asks of others takes time
 * and may be lost. A killed one gets no answer any more, so that none of its code goes on.
 */
export class SimProcess implements Clock {
  private stillUntil = 0;
  private killed = false;
  /** Resolves when it is killed. */
  readonly death: Promise<void>;
  private die: () => void = () => undefined;

  constructor(
    readonly machine: Machine,
    readonly name: string,
  ) {
    this.death = new Promise((resolve) => (this.die = resolve));
  }

  get dead(): boolean {
    return this.killed;
  }

  get still(): boolean {
    return this.machine.time.now() < this.stillUntil;
  }

  now(): number {
    return this.machine.time.now();
  }

  kill(): void {
    this.killed = true;
    this.die();
  }

  /** SIGSTOP, and SIGCONT so many milliseconds later. */
  stand(ms: number): void {
    this.stillUntil = Math.max(this.stillUntil, this.now() + ms);
  }

  wake(): void {
    this.stillUntil = 0;
  }

  async sleep(ms: number, o?: { readonly signal?: AbortSignal }): Promise<void> {
    await this.machine.time.after(ms, o?.signal);
    await this.running();
  }

  soon(run: () => void): void {
    void this.machine.time
      .turn(this.name)
      .then(() => this.running())
      .then(run);
  }

  /** A request to somebody else, and the answer. */
  async call<T>(what: string, serve: () => T | Promise<T>): Promise<T> {
    const { chance, tally, weather } = this.machine;
    const lost = chance.percent(weather.lost) ? chance.below(2) : -1;
    await this.travel(what);
    // what was sent before the end may still arrive
    if (this.killed && chance.percent(50)) return never();
    if (lost === 0) return this.fail('request lost');
    let answer: T;
    try {
      answer = await serve();
    } catch (error) {
      await this.running();
      throw error;
    }
    if (chance.percent(25)) await this.travel(what);
    await this.running();
    if (lost === 1) return this.fail('answer lost');
    tally.add('calls');
    return answer;
  }

  /** Goes on when the process runs; never for a killed one. */
  async running(): Promise<void> {
    while (this.still && !this.killed) await this.machine.time.after(this.stillUntil - this.now());
    if (this.killed) await never();
  }

  private async fail(how: 'request lost' | 'answer lost'): Promise<never> {
    await this.running();
    this.machine.tally.add(how);
    throw connectionLost();
  }

  private async travel(what: string): Promise<void> {
    const { chance, time, weather } = this.machine;
    const slow = chance.percent(weather.slow);
    const ms = slow ? chance.below(SLOW_MS) : weather.latency > 0 ? chance.below(weather.latency) : 0;
    if (ms > 0) await time.after(ms);
    await time.turn(what);
  }
}

/** One of its own each time: what waits for a promise lives as long as the promise. */
function never(): Promise<never> {
  return new Promise(() => undefined);
}

export function connectionLost(): Error {
  return Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' });
}
