import { Injectable } from '@nestjs/common';
import { Pool } from 'pg';
import type { EntityManager } from 'typeorm';
import type { PermitClaims } from '@privity/recording';
import { RecordingKeys, type NewRecordingKey } from './recording-keys.js';

/**
 * What is so about a call's media: `decided` (nothing yet), `claimed` by a recorder, `recorded`, or `attested` to be none.
 * A recorder and an attestation both begin by moving the row away from `decided`, so only one of them ever goes on.
 */
export type CallMediaPhase = 'decided' | 'claimed' | 'recorded' | 'attested';

/** A recorder took the call and has not said yet that it is done. */
export interface OpenClaim {
  readonly call: string;
  readonly callId: string;
  readonly recording: string;
}

/** Table `call_media`, one row a call. */
@Injectable()
export class CallMedia {
  constructor(
    private readonly pool: Pool,
    private readonly keys: RecordingKeys,
  ) {}

  /**
   * Takes the call for a recorder and opens the recording's key, in one commit.
   * @returns the new key, or the phase that stands in the way
   */
  async claim(permit: PermitClaims, recording: string): Promise<NewRecordingKey | Exclude<CallMediaPhase, 'decided'>> {
    const key = this.keys.make(recording);
    const { rowCount } = await this.pool.query(
      `with claimed as (
         insert into call_media (call, call_id, decision, phase, recording) values ($1, $2, $3, 'claimed', $4)
         on conflict (call) do update
           set call_id = excluded.call_id, decision = excluded.decision, phase = 'claimed', recording = excluded.recording
           where call_media.phase = 'decided'
         returning recording)
       insert into recording_key (recording, wrapped) select recording, $5 from claimed`,
      [permit.call, permit.callId, permit.decision, recording, key.wrapped],
    );
    if (rowCount === 1) return key;
    const { rows } = await this.pool.query<{ phase: CallMediaPhase }>('select phase from call_media where call = $1', [
      permit.call,
    ]);
    const phase = rows[0]?.phase ?? 'claimed';
    return phase === 'decided' ? 'claimed' : phase;
  }

  /** Gives a claimed call back, before a byte was kept. */
  async release(call: string, recording: string): Promise<void> {
    await this.pool.query(
      `with released as (
         update call_media set phase = 'decided', recording = null
         where call = $1 and phase = 'claimed' and recording = $2 returning 1)
       delete from recording_key where recording = $2 and exists (select from released)`,
      [call, recording],
    );
  }

  /** The dialler's own id of the call that a recording is of. */
  async callIdOf(recording: string): Promise<string | undefined> {
    const { rows } = await this.pool.query<{ callId: string }>(
      'select call_id as "callId" from call_media where recording = $1',
      [recording],
    );
    return rows[0]?.callId;
  }

  async openClaims(): Promise<OpenClaim[]> {
    const { rows } = await this.pool.query<OpenClaim>(
      `select call, call_id as "callId", recording from call_media where phase = 'claimed' order by call`,
    );
    return rows;
  }

  /** `RecordingCompleted` arrived. */
  async recorded(manager: EntityManager, call: string): Promise<void> {
    await manager.query(`update call_media set phase = 'recorded' where call = $1 and phase = 'claimed'`, [call]);
  }

  async decided(manager: EntityManager, call: string, decision: string): Promise<void> {
    await manager.query(
      `insert into call_media (call, decision, phase) values ($1, $2, 'decided') on conflict (call) do nothing`,
      [call, decision],
    );
  }

  /**
   * Takes a call for an attestation, unless a recorder has it. The row stays locked until the caller's transaction ends.
   * @returns the phase afterwards, with the decision and whatever recording there is
   */
  async attest(
    manager: EntityManager,
    call: string,
  ): Promise<{ phase: CallMediaPhase; decision: string; recording: string | null } | undefined> {
    await manager.query(`update call_media set phase = 'attested' where call = $1 and phase = 'decided'`, [call]);
    const rows = (await manager.query(`select phase, decision, recording from call_media where call = $1`, [call])) as {
      phase: CallMediaPhase;
      decision: string;
      recording: string | null;
    }[];
    return rows[0];
  }
}
