import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { EventStore, type EventEnvelope } from '@privity/event-store';
import { EventContext } from '@privity/event-stream';
import { recordingDecider, recordingStream } from '@privity/recording';
import type { RecordingStarted } from '@privity/recording/events';
import type { NumberProtected } from '@privity/registry/events';
import { handleCommand } from '@privity/service';
import { ActivePlaybacks } from '../playback/active-playbacks.js';
import { StopRequests } from '../recorder/stop-requests.js';
import { SEALS } from './consumers.js';

/** Any fixed number. */
const SEALS_LOCK = 0x5345_414c;

/**
 * Late knowledge reaches back (P8). Both orders of arrival must lead to a seal, so protected numbers and recordings are
 * both remembered here; one lock over the two, or each side could miss the other's uncommitted row.
 */
@Controller()
export class SealsEvents {
  constructor(
    private readonly store: EventStore,
    private readonly playing: ActivePlaybacks,
    private readonly recordings: StopRequests,
  ) {}

  @EventPattern<string>('registry.NumberProtected', SEALS)
  async numberProtected(
    @Payload() event: EventEnvelope<NumberProtected['data']>,
    @Ctx() { manager, id }: EventContext,
  ): Promise<void> {
    await manager.query('select pg_advisory_xact_lock($1)', [SEALS_LOCK]);
    await manager.query('insert into protected_number (index, cause) values ($1, $2) on conflict do nothing', [
      event.data.index,
      id,
    ]);
    const found = (await manager.query('select recording from recorded_number where dialed = $1', [
      event.data.index,
    ])) as { recording: string }[];
    const recordings = found.map(({ recording }) => recording);
    // Before the seals, which take as long as there are recordings: this is quicker than the next renewal of a permit (P1).
    await this.recordings.stop(recordings, 'permit-revoked');
    for (const recording of recordings) await this.seal(recording, id, id);
  }

  @EventPattern<string>('recording.RecordingStarted', SEALS)
  async recordingStarted(
    @Payload() event: EventEnvelope<RecordingStarted['data']>,
    @Ctx() { manager, id }: EventContext,
  ): Promise<void> {
    const { recording, dialed } = event.data;
    await manager.query('select pg_advisory_xact_lock($1)', [SEALS_LOCK]);
    await manager.query('insert into recorded_number (recording, dialed) values ($1, $2) on conflict do nothing', [
      recording,
      dialed,
    ]);
    const found = (await manager.query('select cause from protected_number where index = $1', [dialed])) as {
      cause: string;
    }[];
    if (found.length > 0) await this.recordings.stop([recording], 'permit-revoked');
    for (const { cause } of found) await this.seal(recording, cause, id);
  }

  private async seal(recording: string, cause: string, causationid: string): Promise<void> {
    await handleCommand(
      this.store,
      recordingDecider,
      recordingStream(recording),
      { type: 'SealRecording', cause },
      { causationid },
    );
    this.playing.cut(recording);
  }
}
