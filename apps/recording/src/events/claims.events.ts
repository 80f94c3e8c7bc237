import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { EventStore, type EventEnvelope } from '@privity/event-store';
import { EventContext } from '@privity/event-stream';
import { recordingDecider, recordingStream } from '@privity/recording';
import type { RecordingStarted } from '@privity/recording/events';
import type { PrivilegeClaimed } from '@privity/routing/events';
import { readState } from '@privity/service';
import { recordingIdOf } from '../recorder/recorder.js';
import { StopRequests } from '../recorder/stop-requests.js';
import { RECORDER } from './consumers.js';
import { Sealing } from './sealing.js';

/**
 * A party says that the call is privileged: its recording ends and is sealed before anybody asks whether it is true (T11),
 * and stays so whatever comes of the claim. A recording that begins in the same moment is met by its own event: whichever
 * of the two comes second seals, since both take the row of the call.
 */
@Controller()
export class ClaimsEvents {
  constructor(
    private readonly store: EventStore,
    private readonly recordings: StopRequests,
    private readonly sealing: Sealing,
  ) {}

  @EventPattern<string>('routing.PrivilegeClaimed', RECORDER)
  async privilegeClaimed(
    @Payload() { subject: call }: EventEnvelope<PrivilegeClaimed['data']>,
    @Ctx() { manager, id }: EventContext,
  ): Promise<void> {
    const recording = recordingIdOf(call);
    await this.recordings.stop([recording], 'permit-revoked');
    await manager.query('update call_media set privileged = $2 where call = $1', [call, id]);
    const { phase } = await readState(this.store, recordingDecider, recordingStream(recording));
    if (phase !== 'none') await this.sealing.seal([{ recording, reason: 'privilege-claimed', cause: id }], id);
  }

  @EventPattern<string>('recording.RecordingStarted', RECORDER)
  async recordingStarted(
    @Payload() { data: { recording, call } }: EventEnvelope<RecordingStarted['data']>,
    @Ctx() { manager, id }: EventContext,
  ): Promise<void> {
    const [row] = (await manager.query('select privileged from call_media where call = $1 for update', [call])) as {
      readonly privileged: string | null;
    }[];
    if (row?.privileged)
      await this.sealing.seal([{ recording, reason: 'privilege-claimed', cause: row.privileged }], id);
  }
}
