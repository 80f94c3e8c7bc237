import { Injectable } from '@nestjs/common';
import { Pool } from 'pg';
import type { EntityManager } from 'typeorm';
import { StoreUnavailable } from '@privity/event-store';
import type { Ending, PermitClaims } from '@privity/recording';
import { MEMBER_LEASE_MS, Membership } from '@privity/service';
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

/** For so long after its claim a recorder need not ask whether it was thought dead, and its call taken from it. */
export const CLAIM_SAFE_MS = MEMBER_LEASE_MS / 2;

/** Table `call_media`, one row a call. */
@Injectable()
export class CallMedia {
  constructor(
    private readonly pool: Pool,
    private readonly keys: RecordingKeys,
    private readonly membership: Membership,
  ) {}

  /**
   * Takes the call for a recorder and opens the recording's key, in one commit. Only while this replica counts as alive
   * for `CLAIM_SAFE_MS` more: after the database was away a sibling might take the call, and its key, at once.
   * @returns the new key, or the phase that stands in the way
   */
  async claim(permit: PermitClaims, recording: string): Promise<NewRecordingKey | Exclude<CallMediaPhase, 'decided'>> {
    const key = this.keys.make(recording);
    const { rowCount } = await this.pool.query(
      `with claimed as (
         insert into call_media (call, call_id, decision, phase, recording, holder)
           select $1, $2, $3, 'claimed', $4, r.id from replica r
           where r.id = $6 and r.seen_until > now() + make_interval(secs => $7)
         on conflict (call) do update
           set call_id = excluded.call_id, decision = excluded.decision, phase = 'claimed',
               recording = excluded.recording, holder = excluded.holder, stop = null
           where call_media.phase = 'decided'
         returning recording)
       insert into recording_key (recording, wrapped) select recording, $5 from claimed`,
      [permit.call, permit.callId, permit.decision, recording, key.wrapped, this.membership.id, CLAIM_SAFE_MS / 1_000],
    );
    if (rowCount === 1) return key;
    const { rows } = await this.pool.query<{ phase: CallMediaPhase }>('select phase from call_media where call = $1', [
      permit.call,
    ]);
    const phase = rows[0]?.phase ?? 'decided';
    if (phase === 'decided') throw new StoreUnavailable('this recorder is finding out whether it counts as alive');
    return phase;
  }

  /** Whether this replica still has the call in hand, or another thought it dead and took it. */
  async isHeld(call: string): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `select from call_media where call = $1 and phase = 'claimed' and holder = $2`,
      [call, this.membership.id],
    );
    return rowCount === 1;
  }

  /** Gives a claimed call back, before a byte was kept. */
  async release(call: string, recording: string): Promise<void> {
    await this.pool.query(
      `with released as (
         update call_media set phase = 'decided', recording = null
         where call = $1 and phase = 'claimed' and recording = $2 and holder = $3 returning 1)
       delete from recording_key where recording = $2 and exists (select from released)`,
      [call, recording, this.membership.id],
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

  /** What this replica has in hand. */
  async held(): Promise<OpenClaim[]> {
    const { rows } = await this.pool.query<OpenClaim>(
      `select call, call_id as "callId", recording from call_media where phase = 'claimed' and holder = $1 order by call`,
      [this.membership.id],
    );
    return rows;
  }

  /** Takes over what dead replicas had in hand; of two that try, one gets each. */
  async takeOver(): Promise<OpenClaim[]> {
    const { rows } = await this.pool.query<OpenClaim>(
      `update call_media set holder = $1
       where phase = 'claimed' and holder is distinct from $1
         and not exists (select from replica r where r.id = call_media.holder and r.seen_until > now())
       returning call, call_id as "callId", recording`,
      [this.membership.id],
    );
    return rows.toSorted((a, b) => (a.call < b.call ? -1 : 1));
  }

  /** Leaves word for the replicas that make these recordings that they must stop. */
  async askToStop(recordings: readonly string[], ending: Ending): Promise<void> {
    await this.pool.query(
      `update call_media set stop = $2
       where recording = any($1) and phase = 'claimed' and stop is null and holder <> $3`,
      [recordings, ending, this.membership.id],
    );
  }

  /** Of what this replica has in hand: what it was asked to stop. */
  async stopsAsked(): Promise<{ readonly recording: string; readonly stop: Ending }[]> {
    const { rows } = await this.pool.query<{ recording: string; stop: Ending }>(
      `select recording, stop from call_media where phase = 'claimed' and holder = $1 and stop is not null`,
      [this.membership.id],
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
