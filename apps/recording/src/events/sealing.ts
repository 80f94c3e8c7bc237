import { Injectable } from '@nestjs/common';
import { EventStore } from '@privity/event-store';
import { recordingDecider, recordingStream, type SealReason } from '@privity/recording';
import { handleCommand } from '@privity/service';
import type { EntityManager } from 'typeorm';
import { ActivePlaybacks } from '../playback/active-playbacks.js';
import { StopRequests } from '../recorder/stop-requests.js';

/** Any fixed number. */
const SEALS_LOCK = 0x5345_414c;

/** A recording that has to be sealed, and by what. */
export interface Found {
  readonly recording: string;
  readonly reason: SealReason;
  readonly cause: string;
}

/** What is protected and what was recorded are both remembered: one lock over the two, or each side could miss the other's uncommitted row. */
export async function takeTurns(manager: EntityManager): Promise<void> {
  await manager.query('select pg_advisory_xact_lock($1)', [SEALS_LOCK]);
}

/** Seals recordings, and cuts whoever is making or hearing one. */
@Injectable()
export class Sealing {
  constructor(
    private readonly store: EventStore,
    private readonly playing: ActivePlaybacks,
    private readonly recordings: StopRequests,
  ) {}

  async seal(found: readonly Found[], causationid: string): Promise<void> {
    // Before the seals, which take as long as there are recordings: this is quicker than the next renewal of a permit (P1).
    await this.recordings.stop([...new Set(found.map(({ recording }) => recording))], 'permit-revoked');
    for (const { recording, reason, cause } of found) {
      const command = { type: 'SealRecording', reason, cause } as const;
      await handleCommand(this.store, recordingDecider, recordingStream(recording), command, { causationid });
      this.playing.cut(recording);
    }
  }
}
