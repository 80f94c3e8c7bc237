import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { accessOf, type Access } from '@privity/audit';
import type { EventEnvelope } from '@privity/event-store';
import { EventContext } from '@privity/event-stream';
import { readAs } from '../events/meaning.js';
import { ACCESSES } from '../events/subscriptions.js';
import { AccessLine } from './access.entity.js';
import { KnownRecording } from './known-recording.entity.js';

/** Projects who came near which recording. */
@Controller()
export class AccessesProjection {
  @EventPattern<string>('recording.RecordingStarted', ACCESSES)
  async started(@Payload() envelope: EventEnvelope, @Ctx() { manager }: EventContext): Promise<void> {
    const { recording, facility } = readAs(envelope, 'recording.RecordingStarted').data;
    await manager.insert(KnownRecording, { recording, facility, sealed: false });
  }

  @EventPattern<string>('recording.RecordingSealed', ACCESSES)
  async sealed(@Payload() envelope: EventEnvelope, @Ctx() { manager }: EventContext): Promise<void> {
    const { recording } = readAs(envelope, 'recording.RecordingSealed').data;
    await manager.update(KnownRecording, { recording }, { sealed: true });
  }

  @EventPattern<string>('recording.PlaybackGranted', ACCESSES)
  async granted(@Payload() envelope: EventEnvelope, @Ctx() context: EventContext): Promise<void> {
    const { data } = readAs(envelope, 'recording.PlaybackGranted');
    await add(context, accessOf(envelope, { type: 'recording.PlaybackGranted', data }));
  }

  @EventPattern<string>('recording.PlaybackRefused', ACCESSES)
  async refused(@Payload() envelope: EventEnvelope, @Ctx() context: EventContext): Promise<void> {
    const { data } = readAs(envelope, 'recording.PlaybackRefused');
    await add(context, accessOf(envelope, { type: 'recording.PlaybackRefused', data }));
  }

  @EventPattern<string>('recording.PlaybackHeard', ACCESSES)
  async heard(@Payload() envelope: EventEnvelope, @Ctx() context: EventContext): Promise<void> {
    const { data } = readAs(envelope, 'recording.PlaybackHeard');
    await add(context, accessOf(envelope, { type: 'recording.PlaybackHeard', data }));
  }
}

async function add({ manager }: EventContext, access: Access): Promise<void> {
  await manager.insert(AccessLine, { ...access, person: access.person ?? null });
}
