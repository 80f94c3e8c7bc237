import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { EventStore, type EventEnvelope } from '@privity/event-store';
import { EventContext } from '@privity/event-stream';
import { recordingDecider, recordingStream } from '@privity/recording';
import type { RecordingCompleted, RecordingStarted, SealReason } from '@privity/recording/events';
import type { CallerProtected, NumberProtected, ProtectionEnded } from '@privity/registry/events';
import { handleCommand } from '@privity/service';
import type { EntityManager } from 'typeorm';
import { ActivePlaybacks } from '../playback/active-playbacks.js';
import { StopRequests } from '../recorder/stop-requests.js';
import { SEALS } from './consumers.js';

/** Any fixed number. */
const SEALS_LOCK = 0x5345_414c;

interface Found {
  readonly recording: string;
  readonly reason: SealReason;
  readonly cause: string;
}

/**
 * Late knowledge reaches back (P8). Both orders of arrival must lead to a seal, so what is protected and what was recorded
 * are both remembered here; one lock over the two, or each side could miss the other's uncommitted row. A number was
 * always what it is; a person is protected from a moment on, so recordings that ended before it stay as they are, and
 * one whose end is not known yet does not.
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
    @Payload() { data: { index, source, since } }: EventEnvelope<NumberProtected['data']>,
    @Ctx() { manager, id }: EventContext,
  ): Promise<void> {
    await this.remember(manager, index, id);
    const how = { reason: 'number-protected', cause: id } as const;
    // What anybody can say in a call must not put all that was recorded before it out of reach; if it is true, staff's word does.
    const found =
      source.kind === 'claim'
        ? await recorded(manager, 'dialed = $1 and (ended_at is null or ended_at >= $2)', [index, since], how)
        : await recorded(manager, 'dialed = $1', [index], how);
    await this.seal(found, id);
  }

  @EventPattern<string>('registry.CallerProtected', SEALS)
  async callerProtected(
    @Payload() { data: { index, since } }: EventEnvelope<CallerProtected['data']>,
    @Ctx() { manager, id }: EventContext,
  ): Promise<void> {
    await this.remember(manager, index, id);
    const sealed = { reason: 'caller-protected', cause: id } as const;
    await this.seal(
      await recorded(manager, 'caller = $1 and (ended_at is null or ended_at >= $2)', [index, since], sealed),
      id,
    );
  }

  /** What is sealed stays sealed; only recordings that begin from now on need no seal. */
  @EventPattern<string>('registry.ProtectionEnded', SEALS)
  async protectionEnded(
    @Payload() { data: { index, left }, time }: EventEnvelope<ProtectionEnded['data']>,
    @Ctx() { manager }: EventContext,
  ): Promise<void> {
    if (left > 0) return;
    await manager.query('select pg_advisory_xact_lock($1)', [SEALS_LOCK]);
    await manager.query('update protected_number set ended_at = $2 where index = $1', [index, time]);
  }

  @EventPattern<string>('recording.RecordingStarted', SEALS)
  async recordingStarted(
    @Payload() { data: { recording, caller, dialed }, time }: EventEnvelope<RecordingStarted['data']>,
    @Ctx() { manager, id }: EventContext,
  ): Promise<void> {
    await manager.query('select pg_advisory_xact_lock($1)', [SEALS_LOCK]);
    await manager.query(
      'insert into recorded_number (recording, dialed, caller) values ($1, $2, $3) on conflict do nothing',
      [recording, dialed, caller],
    );
    const found = (await manager.query(
      `select $1::uuid as recording, cause, case when index = $2 then 'number-protected' else 'caller-protected' end as reason
       from protected_number where index in ($2, $3) and (ended_at is null or ended_at > $4) order by index = $2 desc`,
      [recording, dialed, caller, time],
    )) as Found[];
    await this.seal(found, id);
  }

  @EventPattern<string>('recording.RecordingCompleted', SEALS)
  async recordingCompleted(
    @Payload() { data: { recording }, time }: EventEnvelope<RecordingCompleted['data']>,
    @Ctx() { manager }: EventContext,
  ): Promise<void> {
    await manager.query('update recorded_number set ended_at = $2 where recording = $1', [recording, time]);
  }

  private async remember(manager: EntityManager, index: string, cause: string): Promise<void> {
    await manager.query('select pg_advisory_xact_lock($1)', [SEALS_LOCK]);
    await manager.query(
      `insert into protected_number as known (index, cause) values ($1, $2)
       on conflict (index) do update set cause = excluded.cause, ended_at = null where known.ended_at is not null`,
      [index, cause],
    );
  }

  private async seal(found: readonly Found[], causationid: string): Promise<void> {
    // Before the seals, which take as long as there are recordings: this is quicker than the next renewal of a permit (P1).
    await this.recordings.stop([...new Set(found.map(({ recording }) => recording))], 'permit-revoked');
    for (const { recording, reason, cause } of found) {
      const command = { type: 'SealRecording', reason, cause } as const;
      await handleCommand(this.store, recordingDecider, recordingStream(recording), command, { causationid });
      this.playing.cut(recording);
    }
  }
}

async function recorded(
  manager: EntityManager,
  which: string,
  values: unknown[],
  how: Pick<Found, 'reason' | 'cause'>,
): Promise<Found[]> {
  const rows = (await manager.query(`select recording from recorded_number where ${which}`, values)) as Pick<
    Found,
    'recording'
  >[];
  return rows.map(({ recording }) => ({ recording, ...how }));
}
