import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventEnvelope } from '@privity/event-store';
import { EventContext } from '@privity/event-stream';
import type {
  PlaybackGranted,
  PlaybackHeard,
  RecordingCompleted,
  RecordingSealed,
  RecordingStarted,
} from '@privity/recording/events';
import { PlaybackRow } from '../read-models/playback.entity.js';
import { RecordingRow } from '../read-models/recording.entity.js';
import { RECORDINGS } from './consumers.js';

/** Projects the context's own events into `recordings_v1`. */
@Controller()
export class RecordingsEvents {
  @EventPattern<string>('recording.RecordingStarted', RECORDINGS)
  async started(
    @Payload() event: EventEnvelope<RecordingStarted['data']>,
    @Ctx() { manager }: EventContext,
  ): Promise<void> {
    const { recording, call, facility } = event.data;
    await manager.insert(RecordingRow, {
      recording,
      call,
      facility,
      startedAt: new Date(event.time),
      state: 'started',
    });
  }

  @EventPattern<string>('recording.RecordingCompleted', RECORDINGS)
  async completed(
    @Payload() event: EventEnvelope<RecordingCompleted['data']>,
    @Ctx() { manager }: EventContext,
  ): Promise<void> {
    const { recording, seconds, bytes, salt, digest, ending } = event.data;
    const row = { state: 'completed', seconds, bytes: String(bytes), salt, digest, ending } as const;
    await manager.update(RecordingRow, { recording }, row);
  }

  @EventPattern<string>('recording.RecordingSealed', RECORDINGS)
  async sealed(
    @Payload() event: EventEnvelope<RecordingSealed['data']>,
    @Ctx() { manager }: EventContext,
  ): Promise<void> {
    await manager.update(RecordingRow, { recording: event.data.recording }, { sealed: true });
  }

  @EventPattern<string>('recording.PlaybackGranted', RECORDINGS)
  async granted(
    @Payload() event: EventEnvelope<PlaybackGranted['data']>,
    @Ctx() { manager }: EventContext,
  ): Promise<void> {
    const { playback, recording, purpose, caseNumber } = event.data;
    await manager.insert(PlaybackRow, {
      playback,
      recording,
      purpose,
      person: event.actor ?? '',
      caseNumber: caseNumber ?? null,
      grantedAt: new Date(event.time),
    });
  }

  @EventPattern<string>('recording.PlaybackHeard', RECORDINGS)
  async heard(@Payload() event: EventEnvelope<PlaybackHeard['data']>, @Ctx() { manager }: EventContext): Promise<void> {
    await manager.query('update recordings_v1.playback set heard = heard || $2::jsonb where playback = $1', [
      event.data.playback,
      JSON.stringify(event.data.ranges),
    ]);
  }
}
