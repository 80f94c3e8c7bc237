import { access } from 'node:fs/promises';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { EventStore } from '@privity/event-store';
import { recordingStream } from '@privity/recording';
import { JsonLog, Membership } from '@privity/service';
import { randomBytes } from 'node:crypto';
import { CallMedia, type OpenClaim } from '../vault/call-media.js';
import { MediaFolder } from '../vault/media-folder.js';
import { ObjectReader } from '../vault/object-reader.js';
import { RecordingKeys } from '../vault/recording-keys.js';
import { salvage } from '../vault/salvage.js';
import { Recorder } from './recorder.js';

const LOOK_FOR_DEAD_MS = 1_000;
const LOOK_AT_OWN_MS = 5_000;

/**
 * Ends what was left open: by a replica that died, a few seconds later; here, because a disk was full or the store away, as
 * soon as the store is back, and where that did not help every five seconds. What a live sibling has in hand is its own.
 */
@Injectable()
export class Recovery implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> | undefined;
  private lookedAtOwn = performance.now();
  /** Of what the recorder left open. */
  private lookedAfter = 0;

  constructor(
    private readonly store: EventStore,
    private readonly calls: CallMedia,
    private readonly keys: RecordingKeys,
    private readonly folder: MediaFolder,
    private readonly recorder: Recorder,
    private readonly membership: Membership,
    private readonly log: JsonLog,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.membership.join();
    this.timer = setInterval(() => {
      this.sweeping ??= this.sweep().finally(() => (this.sweeping = undefined));
    }, LOOK_FOR_DEAD_MS);
    this.timer.unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.sweeping;
  }

  private async sweep(): Promise<void> {
    try {
      for (const claim of await this.leftOpen()) {
        // One that cannot be ended must not keep the others open, and with them the calls that wait to be attested.
        if (!this.recorder.isActive(claim.recording))
          await this.end(claim).catch((error: unknown) => this.notYet(error));
      }
    } catch (error) {
      this.notYet(error);
    }
  }

  private async leftOpen(): Promise<OpenClaim[]> {
    const left = this.membership.isSteady ? await this.calls.takeOver() : [];
    const { leftOpen } = this.recorder;
    if (leftOpen === this.lookedAfter && performance.now() - this.lookedAtOwn < LOOK_AT_OWN_MS) return left;
    const own = await this.calls.held();
    [this.lookedAfter, this.lookedAtOwn] = [leftOpen, performance.now()];
    return own;
  }

  private notYet(error: unknown): void {
    this.log.failure('a recording left open could not be ended yet', error);
  }

  private async end(claim: OpenClaim): Promise<void> {
    const types = (await this.store.readStream(recordingStream(claim.recording))).map(({ type }) => type);
    if (types.includes('recording.RecordingCompleted')) return;
    if (!types.includes('recording.RecordingStarted')) {
      // No event, hence no byte (P4): the call is as if nobody had come.
      if (!this.recorder.isActive(claim.recording)) await this.calls.release(claim.call, claim.recording);
      return;
    }
    const key = (await this.keys.find([claim.recording])).get(claim.recording);
    if (key === undefined) {
      this.log.line('error', 'the key of a recording left open is gone', { recording: claim.recording });
      return;
    }
    if (!(await exists(this.folder.pathOf(claim)))) await this.finish(claim, key);
    const salt = randomBytes(16).toString('base64');
    const reader = await ObjectReader.open(this.folder.pathOf(claim), claim.recording, key);
    try {
      const media = { bytes: reader.bytes, salt, digest: await reader.digest(salt) };
      await this.recorder.complete(claim.call, claim.recording, media, 'interrupted');
      this.log.line('warn', 'ended an interrupted recording', { recording: claim.recording, bytes: media.bytes });
    } finally {
      await reader.close();
      key.fill(0);
    }
  }

  private async finish(claim: OpenClaim, key: Buffer): Promise<void> {
    const part = await this.folder.takeAway(claim);
    await salvage(part, claim.recording, key);
    await this.folder.finish(claim, part);
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
