import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { EventStore, StoreUnavailable } from '@privity/event-store';
import { derivedId } from '@privity/kernel';
import { callMediaDecider, mediaStream, recordingStream } from '@privity/recording';
import { handleCommand, JsonLog } from '@privity/service';
import type { EntityManager } from 'typeorm';
import { CallMedia } from '../vault/call-media.js';
import { MediaFolder } from '../vault/media-folder.js';

const CLAIM_LIMIT_MS = 10_000;
const LOOK_AGAIN_MS = 20;

/** At its end every call has a recording or an event that says the store was looked at and holds nothing (T13). */
@Injectable()
export class Attestor {
  constructor(
    private readonly store: EventStore,
    private readonly calls: CallMedia,
    private readonly folder: MediaFolder,
    private readonly log: JsonLog,
  ) {}

  /**
   * Attests for a call that is over, once, unless it has a recording. A recorder that has taken the call but has not
   * begun yet is waited for: it either begins, or gives the call back because it may not.
   */
  async attest(manager: EntityManager, call: string, cause: string): Promise<void> {
    const begun = performance.now();
    for (;;) {
      const found = await this.calls.attest(manager, call);
      if (found === undefined) throw new RangeError('a call ended that was never decided');
      if (found.phase === 'attested') return this.append(call, found.decision, cause);
      if (found.phase === 'recorded') return;
      if (found.recording !== null && (await this.store.readStream(recordingStream(found.recording))).length > 0)
        return;
      if (performance.now() - begun > CLAIM_LIMIT_MS) throw new StoreUnavailable('a recorder has not decided yet');
      await pause(LOOK_AGAIN_MS);
    }
  }

  private async append(call: string, decision: string, cause: string): Promise<void> {
    const objects = await this.folder.count(call);
    if (objects > 0) {
      // Not ours to hide, nor a reason to stop for all other calls: the check of the media names each such file.
      this.log.line('error', 'the store holds media of a call without a recording', { objects });
      return;
    }
    await handleCommand(
      this.store,
      callMediaDecider,
      mediaStream(call),
      { type: 'AttestNoMedia', call, decision, objects },
      { causationid: cause, correlationid: call, idOf: (n) => derivedId(call, 'no-media', n) },
    );
  }
}
