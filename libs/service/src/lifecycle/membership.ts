import { randomUUID } from 'node:crypto';

import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Pool } from 'pg';

import { JsonLog } from '../log.js';

/** A replica that did not renew for so long counts as dead. */
export const MEMBER_LEASE_MS = 5_000;
const RENEW_MS = 1_000;
/**
 * A longer pause between two renewals may have been the database's, and a sibling's row may be older than ours by what its
 * timer and ours differ: two such pauses and a second for the answers still fit into a lease.
 */
const STEADY_GAP_MS = 2 * RENEW_MS;

/**
 * This process among the replicas of its service: a row of table `replica`, renewed each second. What a replica has in
 * hand (a recording, an import) names it as its holder; what a dead one held is ended by the others.
 */
@Injectable()
export class Membership implements OnApplicationShutdown {
  readonly id = randomUUID();
  private renewedAt = -Infinity;
  private steadySince = Infinity;
  private joining: Promise<void> | undefined;
  private renewing: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly pool: Pool,
    private readonly log: JsonLog,
  ) {}

  /** To be awaited before anything names this replica as its holder; whoever comes first makes the row. */
  join(): Promise<void> {
    this.joining ??= this.renew().then(() => {
      this.timer = setInterval(() => {
        this.renewing = this.renew().catch((error: unknown) =>
          this.log.failure('the membership could not be renewed', error, 'warn'),
        );
      }, RENEW_MS);
      this.timer.unref();
    });
    return this.joining;
  }

  /**
   * Whether this replica may judge that another is dead: it has renewed its own row without a break for as long as a
   * lease lasts. After the database was away every row is old, also that of a sibling in the middle of its work.
   */
  get isSteady(): boolean {
    const now = performance.now();
    return now - this.steadySince >= MEMBER_LEASE_MS && now - this.renewedAt < STEADY_GAP_MS;
  }

  /** Ids of the replicas that count as alive, this one too. */
  async alive(): Promise<Set<string>> {
    const { rows } = await this.pool.query<{ id: string }>('select id from replica where seen_until > now()');
    return new Set([this.id, ...rows.map(({ id }) => id)]);
  }

  /**
   * Calls `end` every second with the replicas that are alive, as soon as and while this one may judge that others are
   * dead. A failure is logged, and the next second tries again. @returns how to stop
   */
  endWhatDeadOnesLeft(end: (alive: ReadonlySet<string>) => Promise<unknown>): () => void {
    let ending = false;
    const timer = setInterval(() => {
      if (ending || !this.isSteady) return;
      ending = true;
      this.alive()
        .then(end)
        .catch((error: unknown) => this.log.failure('what a dead replica left could not be ended yet', error, 'warn'))
        .finally(() => (ending = false));
    }, RENEW_MS);
    timer.unref();
    return () => clearInterval(timer);
  }

  /** Last of all: nothing is in hand any more, and nobody need wait for the lease to end. */
  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.renewing;
    await this.pool
      .query('delete from replica where id = $1', [this.id])
      .catch((error: unknown) => this.log.failure('the membership was not given back and will expire', error, 'warn'));
  }

  private async renew(): Promise<void> {
    await this.pool.query(
      `with old as (delete from replica where seen_until < now() - interval '1 hour')
       insert into replica (id, seen_until) values ($1, now() + make_interval(secs => $2))
       on conflict (id) do update set seen_until = excluded.seen_until`,
      [this.id, MEMBER_LEASE_MS / 1_000],
    );
    const now = performance.now();
    if (now - this.renewedAt >= STEADY_GAP_MS) this.steadySince = now;
    this.renewedAt = now;
  }
}
