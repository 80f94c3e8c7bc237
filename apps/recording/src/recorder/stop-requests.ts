import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Ending } from '@privity/recording';
import { JsonLog } from '@privity/service';
import { CallMedia } from '../vault/call-media.js';
import { Recorder } from './recorder.js';

const LOOK_EVERY_MS = 200;

/**
 * Stops a recording whichever replica makes it: events reach one replica of a consumer, and that need not be the one
 * that media flows into. Word is left beside the claim, where the holder looks five times a second (P1, P8). Should it
 * not get there, the next renewal of the permit is refused.
 */
@Injectable()
export class StopRequests implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stopping = new AbortController();
  private looking: Promise<void> = Promise.resolve();

  constructor(
    private readonly recorder: Recorder,
    private readonly calls: CallMedia,
    private readonly log: JsonLog,
  ) {}

  async stop(recordings: readonly string[], ending: Ending): Promise<void> {
    const elsewhere = recordings.filter((recording) => !this.recorder.stop(recording, ending));
    if (elsewhere.length > 0) await this.calls.askToStop(elsewhere, ending);
  }

  onApplicationBootstrap(): void {
    this.looking = this.look();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.looking;
  }

  private async look(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      await pause(LOOK_EVERY_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      if (!this.recorder.isRecording) continue;
      try {
        for (const { recording, stop } of await this.calls.stopsAsked()) this.recorder.stop(recording, stop);
      } catch (error) {
        this.log.failure('requests to stop recordings could not be read', error, 'warn');
      }
    }
  }
}
