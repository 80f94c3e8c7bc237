import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventEnvelope } from '@privity/event-store';
import { EventContext } from '@privity/event-stream';
import type { CallDecided, CallEnded, PartyJoined, PermitRevoked } from '@privity/routing/events';
import type { RecordingCompleted } from '@privity/recording/events';
import { recordingIdOf } from '../recorder/recorder.js';
import { StopRequests } from '../recorder/stop-requests.js';
import { CallMedia } from '../vault/call-media.js';
import { Attestor } from './attestor.js';
import { RECORDER } from './consumers.js';
import { OtherNumbers } from './other-numbers.js';

/** What routing says about calls. Events without a permit's parties cannot have been recorded, and are attested alike. */
@Controller()
export class RecorderEvents {
  constructor(
    private readonly recordings: StopRequests,
    private readonly calls: CallMedia,
    private readonly attestor: Attestor,
    private readonly others: OtherNumbers,
  ) {}

  @EventPattern<string>('routing.CallDecided', RECORDER)
  async callDecided(
    @Payload() event: EventEnvelope<CallDecided['data']>,
    @Ctx() { manager }: EventContext,
  ): Promise<void> {
    await this.calls.decided(manager, event.subject, event.id);
    await this.others.remember(manager, event.subject, event.data.others?.indexes ?? [], event.id);
    if (event.data.outcome === 'deny') await this.attestor.attest(manager, event.subject, event.id);
  }

  @EventPattern<string>('routing.CallEnded', RECORDER)
  async callEnded(@Payload() event: EventEnvelope<CallEnded['data']>, @Ctx() { manager }: EventContext): Promise<void> {
    await this.recordings.stop([recordingIdOf(event.subject)], 'ended');
    await this.attestor.attest(manager, event.subject, event.id);
  }

  @EventPattern<string>('routing.PermitRevoked', RECORDER)
  async permitRevoked(@Payload() event: EventEnvelope<PermitRevoked['data']>): Promise<void> {
    await this.recordings.stop([recordingIdOf(event.subject)], 'permit-revoked');
  }

  @EventPattern<string>('routing.PartyJoined', RECORDER)
  async partyJoined(
    @Payload() { id, subject, data: { number } }: EventEnvelope<PartyJoined['data']>,
    @Ctx() { manager }: EventContext,
  ): Promise<void> {
    if (number !== undefined) await this.others.remember(manager, subject, [number], id);
  }

  @EventPattern<string>('recording.RecordingCompleted', RECORDER)
  async recordingCompleted(
    @Payload() event: EventEnvelope<RecordingCompleted['data']>,
    @Ctx() { manager }: EventContext,
  ): Promise<void> {
    await this.calls.recorded(manager, event.data.call);
  }
}
