import { access } from 'node:fs/promises';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { EventStore } from '@privity/event-store';
import { recordingStream } from '@privity/recording';
import { JsonLog } from '@privity/service';
import { randomBytes } from 'node:crypto';
import { CallMedia, type OpenClaim } from '../vault/call-media.js';
import { MediaFolder } from '../vault/media-folder.js';
import { ObjectReader } from '../vault/object-reader.js';
import { RecordingKeys } from '../vault/recording-keys.js';
import { salvage } from '../vault/salvage.js';
import { Recorder } from './recorder.js';

const SWEEP_EVERY_MS = 30_000;

/**
 * Ends what a crash, a full disk or a store that was away left open: before the service listens, and every half minute
 * for recordings that nobody here is making. One process records at a time; replicas will need a lease on the claim.
 */
@Injectable()
export class Recovery implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: EventStore,
    private readonly calls: CallMedia,
    private readonly keys: RecordingKeys,
    private readonly folder: MediaFolder,
    private readonly recorder: Recorder,
    private readonly log: JsonLog,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.sweep();
    this.timer = setInterval(() => void this.sweep(), SWEEP_EVERY_MS);
    this.timer.unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  private async sweep(): Promise<void> {
    try {
      for (const claim of await this.calls.openClaims()) {
        // One that cannot be ended must not keep the others open, and with them the calls that wait to be attested.
        if (!this.recorder.isActive(claim.call)) await this.end(claim).catch((error: unknown) => this.notYet(error));
      }
    } catch (error) {
      this.notYet(error);
    }
  }

  private notYet(error: unknown): void {
    this.log.failure('a recording left open could not be ended yet', error);
  }

  private async end(claim: OpenClaim): Promise<void> {
    const types = (await this.store.readStream(recordingStream(claim.recording))).map(({ type }) => type);
    if (types.includes('recording.RecordingCompleted')) return;
    if (!types.includes('recording.RecordingStarted')) {
      // No event, hence no byte (P4): the call is as if nobody had come.
      if (!this.recorder.isActive(claim.call)) await this.calls.release(claim.call, claim.recording);
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
    const part = this.folder.partOf(claim);
    if (!(await exists(part))) await (await this.folder.create(claim)).close();
    await salvage(part, claim.recording, key);
    await this.folder.finish(claim);
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
