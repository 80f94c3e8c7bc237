import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { EventStore, StoreUnavailable } from '@privity/event-store';
import { recordingStream } from '@privity/recording';
import { JsonLog } from '@privity/service';

const LOOK_EVERY_MS = 250;
/** With the wait for the next look a second, which is what a seal has to cut a listener off. */
const LOOK_LIMIT_MS = 750;

interface Playing {
  readonly cuts: Set<() => void>;
  /** Version up to which the recording's stream was looked at. */
  seen: number;
}

/**
 * Who is listening right now, so that a seal can cut them off: at once where this replica makes it, and within a quarter
 * of a second where another one does. Who cannot be told of a seal does not go on listening.
 */
@Injectable()
export class ActivePlaybacks {
  private readonly playing = new Map<string, Playing>();
  private timer: NodeJS.Timeout | undefined;
  private looking = false;

  constructor(
    private readonly store: EventStore,
    private readonly log: JsonLog,
  ) {}

  /** @returns to be called when the playing is over */
  add(recording: string, cut: () => void): () => void {
    const { cuts } = this.entry(recording);
    cuts.add(cut);
    this.timer ??= setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
    return () => {
      cuts.delete(cut);
      if (cuts.size > 0) return;
      this.playing.delete(recording);
      if (this.playing.size > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
    };
  }

  cut(recording: string): void {
    for (const cut of this.playing.get(recording)?.cuts ?? []) cut();
  }

  private entry(recording: string): Playing {
    const known = this.playing.get(recording) ?? { cuts: new Set(), seen: 0 };
    this.playing.set(recording, known);
    return known;
  }

  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    await Promise.all([...this.playing].map(([recording, playing]) => this.lookAt(recording, playing)));
    this.looking = false;
  }

  private async lookAt(recording: string, playing: Playing): Promise<void> {
    try {
      const late = pause(LOOK_LIMIT_MS, undefined, { ref: false }).then(() => {
        throw new StoreUnavailable('the store did not say in time whether a recording was sealed');
      });
      const events = await Promise.race([this.store.readStream(recordingStream(recording), playing.seen), late]);
      playing.seen = events.at(-1)?.sequence ?? playing.seen;
      if (events.some(({ type }) => type === 'recording.RecordingSealed')) this.cut(recording);
    } catch (error) {
      this.log.failure('seals cannot be seen: whoever is listening is cut off', error, 'warn');
      this.cut(recording);
    }
  }
}
