import { Injectable } from '@nestjs/common';
import type { SealedValue } from '@privity/kernel';
import type { NoticeKind } from '@privity/registry';
import { Pool } from 'pg';

/** A row that this process has in hand. */
export interface DueNotice {
  readonly id: string;
  readonly kind: NoticeKind;
  readonly about: string;
  /** Whose consequence it is; null for a call, which no event asked for. */
  readonly event: string | null;
  readonly sealed: SealedValue | null;
  readonly expired: boolean;
  readonly expires: Date | null;
  /** This attempt included. */
  readonly attempts: number;
}

/** Longer than any attempt takes: who has not said by then what became of it is dead, and somebody else tries again. */
const CLAIM_LASTS_S = 120;

/** Table `outbox_notice`, for all replicas: a row is one process's at a time, and nobody's for ever. */
@Injectable()
export class Outbox {
  constructor(private readonly pool: Pool) {}

  /** Takes the notice of these kinds that has waited longest, and counts the attempt before it is made. */
  async claim(kinds: readonly NoticeKind[]): Promise<DueNotice | undefined> {
    const { rows } = await this.pool.query<DueNotice>(
      `update outbox_notice set attempts = attempts + 1, next_at = now() + make_interval(secs => $2)
       where id = (
         select id from outbox_notice where state = 'waiting' and next_at <= now() and kind = any($1)
         order by next_at limit 1 for update skip locked
       )
       returning id, kind, about, event_id as event, sealed, expires_at as expires, attempts,
         coalesce(expires_at <= now(), false) as expired`,
      [kinds, CLAIM_LASTS_S],
    );
    return rows[0];
  }

  /** @param problem one word, for whoever looks at the table */
  async tryAgain({ id, attempts }: DueNotice, problem: string, pauseMs: number): Promise<void> {
    await this.pool.query(
      `update outbox_notice set problem = $3, next_at = now() + make_interval(secs => $4)
       where id = $1 and attempts = $2 and state = 'waiting'`,
      [id, attempts, problem, pauseMs / 1_000],
    );
  }

  async conclude({ id }: DueNotice, state: 'sent' | 'failed', problem?: string): Promise<void> {
    await this.pool.query(
      `update outbox_notice set state = $2, problem = coalesce($3, problem), sealed = null
       where id = $1 and state = 'waiting'`,
      [id, state, problem],
    );
  }
}
