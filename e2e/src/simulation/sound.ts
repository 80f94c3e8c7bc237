import type { FrameSource, NextFrame } from '@privity/recording';
import type { Machine, SimProcess } from './machine.js';

/** The sound of a call: a frame now and then, sometimes nothing for seconds, until somebody hangs up. */
export class Sound implements FrameSource {
  private ended: 'end' | 'cancelled' | undefined;
  private readonly over = new AbortController();

  constructor(
    private readonly process: SimProcess,
    private readonly machine: Machine,
  ) {}

  async next(): Promise<NextFrame> {
    const silent = this.machine.chance.percent(5);
    await this.process.sleep(this.machine.chance.below(silent ? 4_000 : 400), { signal: this.over.signal });
    return this.ended === undefined ? { kind: 'frame', frame: Buffer.alloc(160) } : { kind: this.ended };
  }

  hangUp(): void {
    this.ended ??= 'end';
    this.over.abort();
  }

  cancel(): void {
    this.ended ??= 'cancelled';
    this.over.abort();
  }
}
