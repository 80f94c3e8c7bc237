import type { Readable } from 'node:stream';
import type { FrameSource, NextFrame } from '@privity/recording';

/**
 * A request's body, taken when the taker is ready, so that nothing piles up here. Unlike the stream's own iterator it
 * can be cancelled while it waits for sound that does not come, and the connection lives on to carry the answer.
 */
export class Frames implements FrameSource {
  private finished: Exclude<NextFrame['kind'], 'frame'> | undefined;
  private wake: (() => void) | undefined;

  constructor(private readonly body: Readable) {
    body.on('readable', this.changed);
    body.on('end', () => this.finish('end'));
    body.on('error', () => this.finish('broken'));
    body.on('close', () => this.finish('broken'));
  }

  async next(): Promise<NextFrame> {
    for (;;) {
      if (this.finished === 'cancelled') return { kind: 'cancelled' };
      const frame: unknown = this.body.read();
      if (Buffer.isBuffer(frame)) return { kind: 'frame', frame };
      if (this.finished !== undefined) return { kind: this.finished };
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  /** Ends the waiting. What still arrives is thrown away unread. */
  cancel(): void {
    // A second time would stop what throws it away, and with it the connection and whoever asks next over it: a listener
    // that is taken off puts a flowing stream to rest.
    if (this.finished === 'cancelled') return;
    this.finished = 'cancelled';
    this.changed();
    this.body.off('readable', this.changed);
    this.body.resume();
  }

  private finish(kind: 'end' | 'broken'): void {
    this.finished ??= kind;
    this.changed();
  }

  private readonly changed = (): void => {
    this.wake?.();
    this.wake = undefined;
  };
}
