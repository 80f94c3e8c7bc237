import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import {
  listShrunk,
  mediaMismatch,
  mediaRefused,
  noticeFailed,
  permitsRecording,
  playbackRefused,
  protectedNumberDenied,
  recordedProtected,
  recordedUnpermitted,
  recordingSealedLate,
  registrationOverdue,
  registryDoubted,
  registryUnverified,
} from '@privity/audit';
import type { EventEnvelope } from '@privity/event-store';
import { EventContext } from '@privity/event-stream';
import { readAs } from './meaning.js';
import { ProbingWatch } from './probing-watch.js';
import { FindingsRaiser } from './raise-findings.js';
import { rememberEnded, rememberProtected, rememberRecording, rememberUnpermitted } from './recording-watch.js';
import { FINDINGS } from './subscriptions.js';

/** Turns what the services report into findings. A reactor: it appends, so it is never rebuilt. */
@Controller()
export class FindingsController {
  constructor(
    private readonly findings: FindingsRaiser,
    private readonly probing: ProbingWatch,
  ) {}

  @EventPattern<string>('routing.CallDecided', FINDINGS)
  async callDecided(@Payload() envelope: EventEnvelope, @Ctx() { manager }: EventContext): Promise<void> {
    const decided = readAs(envelope, 'routing.CallDecided');
    await this.findings.raise(registryUnverified(decided));
    await this.findings.raise(protectedNumberDenied(decided));
    if (permitsRecording(decided.data)) return;
    for (const made of await rememberUnpermitted(manager, decided.id))
      await this.findings.raise(recordedUnpermitted(made));
  }

  @EventPattern<string>('routing.RegistryVerdictChanged', FINDINGS)
  async verdictChanged(@Payload() envelope: EventEnvelope): Promise<void> {
    await this.findings.raise(registryDoubted(readAs(envelope, 'routing.RegistryVerdictChanged')));
  }

  @EventPattern<string>('routing.CallEnded', FINDINGS)
  async callEnded(@Payload() envelope: EventEnvelope, @Ctx() { manager }: EventContext): Promise<void> {
    await this.findings.raise(await this.probing.ended(manager, readAs(envelope, 'routing.CallEnded')));
  }

  @EventPattern<string>('registry.NumberProtected', FINDINGS)
  async numberProtected(@Payload() envelope: EventEnvelope, @Ctx() { manager }: EventContext): Promise<void> {
    const { data, time } = readAs(envelope, 'registry.NumberProtected');
    for (const made of await rememberProtected(manager, data.index, time)) {
      await this.findings.raise(recordedProtected(made, time));
    }
  }

  @EventPattern<string>('registry.CallerProtected', FINDINGS)
  async callerProtected(@Payload() envelope: EventEnvelope, @Ctx() { manager }: EventContext): Promise<void> {
    const { data, time } = readAs(envelope, 'registry.CallerProtected');
    for (const made of await rememberProtected(manager, data.index, time)) {
      await this.findings.raise(recordedProtected(made, time));
    }
  }

  @EventPattern<string>('registry.ProtectionEnded', FINDINGS)
  async protectionEnded(@Payload() envelope: EventEnvelope, @Ctx() { manager }: EventContext): Promise<void> {
    const { data, time } = readAs(envelope, 'registry.ProtectionEnded');
    if (data.left === 0) await rememberEnded(manager, data.index, time);
  }

  @EventPattern<string>('registry.ListHeld', FINDINGS)
  async listHeld(@Payload() envelope: EventEnvelope): Promise<void> {
    await this.findings.raise(listShrunk(readAs(envelope, 'registry.ListHeld')));
  }

  @EventPattern<string>('registry.RegistrationEscalated', FINDINGS)
  async registrationEscalated(@Payload() envelope: EventEnvelope): Promise<void> {
    await this.findings.raise(registrationOverdue(readAs(envelope, 'registry.RegistrationEscalated')));
  }

  @EventPattern<string>('registry.NoticeFailed', FINDINGS)
  async noticeFailed(@Payload() envelope: EventEnvelope): Promise<void> {
    await this.findings.raise(noticeFailed(readAs(envelope, 'registry.NoticeFailed')));
  }

  @EventPattern<string>('recording.RecordingStarted', FINDINGS)
  async recordingStarted(@Payload() envelope: EventEnvelope, @Ctx() { manager }: EventContext): Promise<void> {
    const { id, subject, time, data } = readAs(envelope, 'recording.RecordingStarted');
    const { decision, dialed, caller } = data;
    const made = { event: id, stream: subject, startedAt: time, decision, dialed, caller };
    const { unpermitted, protectedAt } = await rememberRecording(manager, made);
    if (unpermitted) await this.findings.raise(recordedUnpermitted(made));
    if (protectedAt !== undefined) await this.findings.raise(recordedProtected(made, protectedAt));
  }

  @EventPattern<string>('recording.PlaybackRefused', FINDINGS)
  async playbackRefused(@Payload() envelope: EventEnvelope): Promise<void> {
    await this.findings.raise(playbackRefused(readAs(envelope, 'recording.PlaybackRefused')));
  }

  @EventPattern<string>('recording.MediaRefused', FINDINGS)
  async mediaRefused(@Payload() envelope: EventEnvelope): Promise<void> {
    await this.findings.raise(mediaRefused(readAs(envelope, 'recording.MediaRefused')));
  }

  @EventPattern<string>('recording.MediaChecked', FINDINGS)
  async mediaChecked(@Payload() envelope: EventEnvelope): Promise<void> {
    await this.findings.raise(mediaMismatch(readAs(envelope, 'recording.MediaChecked')));
  }

  @EventPattern<string>('recording.RecordingSealed', FINDINGS)
  async recordingSealed(@Payload() envelope: EventEnvelope): Promise<void> {
    await this.findings.raise(recordingSealedLate(readAs(envelope, 'recording.RecordingSealed')));
  }
}
