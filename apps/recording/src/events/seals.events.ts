import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventEnvelope } from '@privity/event-store';
import { EventContext } from '@privity/event-stream';
import type { RecordingCompleted, RecordingStarted } from '@privity/recording/events';
import type { CallerProtected, NumberProtected, ProtectionEnded } from '@privity/registry/events';
import type { EntityManager } from 'typeorm';
import { SEALS } from './consumers.js';
import { type Found, Sealing, takeTurns } from './sealing.js';

const OF_NUMBER = '(dialed = $1 or recording in (select recording from recorded_other where number = $1))';

/**
 * Late knowledge reaches back (P8). Both orders of arrival must lead to a seal, so what is protected and what was recorded
 * are both remembered here. A number was
 * always what it is; a person is protected from a moment on, so recordings that ended before it stay as they are, and
 * one whose end is not known yet does not.
 */
@Controller()
export class SealsEvents {
  constructor(private readonly sealing: Sealing) {}

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
        ? await recorded(manager, `${OF_NUMBER} and (ended_at is null or ended_at >= $2)`, [index, since], how)
        : await recorded(manager, OF_NUMBER, [index], how);
    await this.sealing.seal(found, id);
  }

  @EventPattern<string>('registry.CallerProtected', SEALS)
  async callerProtected(
    @Payload() { data: { index, since } }: EventEnvelope<CallerProtected['data']>,
    @Ctx() { manager, id }: EventContext,
  ): Promise<void> {
    await this.remember(manager, index, id);
    const sealed = { reason: 'caller-protected', cause: id } as const;
    await this.sealing.seal(
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
    await takeTurns(manager);
    await manager.query('update protected_number set ended_at = $2 where index = $1', [index, time]);
  }

  @EventPattern<string>('recording.RecordingStarted', SEALS)
  async recordingStarted(
    @Payload() { data: { recording, caller, dialed }, time }: EventEnvelope<RecordingStarted['data']>,
    @Ctx() { manager, id }: EventContext,
  ): Promise<void> {
    await takeTurns(manager);
    await manager.query(
      'insert into recorded_number (recording, dialed, caller) values ($1, $2, $3) on conflict do nothing',
      [recording, dialed, caller],
    );
    const found = (await manager.query(
      `select $1::uuid as recording, cause, case when index = $3 then 'caller-protected' else 'number-protected' end as reason
       from protected_number
       where (index in ($2, $3) or index in (select number from recorded_other where recording = $1))
         and (ended_at is null or ended_at > $4) order by index = $3`,
      [recording, dialed, caller, time],
    )) as Found[];
    await this.sealing.seal(found, id);
  }

  @EventPattern<string>('recording.RecordingCompleted', SEALS)
  async recordingCompleted(
    @Payload() { data: { recording }, time }: EventEnvelope<RecordingCompleted['data']>,
    @Ctx() { manager }: EventContext,
  ): Promise<void> {
    await manager.query('update recorded_number set ended_at = $2 where recording = $1', [recording, time]);
  }

  private async remember(manager: EntityManager, index: string, cause: string): Promise<void> {
    await takeTurns(manager);
    await manager.query(
      `insert into protected_number as known (index, cause) values ($1, $2)
       on conflict (index) do update set cause = excluded.cause, ended_at = null where known.ended_at is not null`,
      [index, cause],
    );
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
