import { createHmac, timingSafeEqual } from 'node:crypto';
import { setInterval } from 'node:timers';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { lengthPrefixed } from '@privity/kernel';
import { FileKeyRing, JsonLog } from '@privity/service';
import { Pool } from 'pg';

const PURPOSE = 'fingerprint';
const KEPT_HOURS = 24;
const SWEEP_MS = 10 * 60_000;

/** Named, so that each connection parses it once. */
const INSERT = {
  name: 'call_fingerprint.insert',
  text: `insert into call_fingerprint (call, epoch, fingerprint, expires_at)
    select call, epoch, fingerprint, now() + make_interval(hours => $4)
    from unnest($1::text[], $2::text[], $3::bytea[]) as given (call, epoch, fingerprint)
    on conflict (call) do nothing returning call`,
};

export interface Fingerprint {
  readonly epoch: string;
  readonly bytes: Buffer;
}

interface Waiting {
  readonly call: string;
  readonly fingerprint: Fingerprint;
  readonly done: (first: boolean) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * What was asked under a call id, as a keyed digest for a day, so that a repetition is told from another request. Rows of
 * concurrent calls are written in one statement. Never part of an event; the caller of a hotline is not in it (P11).
 */
@Injectable()
export class Fingerprints implements OnApplicationBootstrap, OnModuleDestroy {
  private queue: Waiting[] = [];
  private writing = false;
  private sweeper: NodeJS.Timeout | undefined;

  constructor(
    private readonly pool: Pool,
    private readonly keys: FileKeyRing,
    private readonly log: JsonLog,
  ) {}

  onApplicationBootstrap(): void {
    this.sweeper = setInterval(() => {
      this.pool
        .query('delete from call_fingerprint where expires_at < now()')
        .catch((error: unknown) => this.log.failure('expired fingerprints could not be removed', error, 'warn'));
    }, SWEEP_MS);
    this.sweeper.unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.sweeper);
  }

  of(...parts: readonly string[]): Fingerprint {
    const { epoch, key } = this.keys.current(PURPOSE);
    return { epoch, bytes: digest(key, parts) };
  }

  /** Whether this was written; false: the call has a fingerprint already, perhaps an equal one. */
  remember(call: string, fingerprint: Fingerprint): Promise<boolean> {
    return new Promise((done, failed) => {
      this.queue.push({ call, fingerprint, done, failed });
      void this.write();
    });
  }

  /** Undefined: none is known, compare with the decision. `parts` as they were given to `of`. */
  async matches(call: string, ...parts: readonly string[]): Promise<boolean | undefined> {
    const { rows } = await this.pool.query<{ epoch: string; fingerprint: Buffer }>(
      'select epoch, fingerprint from call_fingerprint where call = $1 and expires_at > now()',
      [call],
    );
    const [row] = rows;
    const key = row && this.keys.live(PURPOSE).find(({ epoch }) => epoch === row.epoch)?.key;
    return row && key && timingSafeEqual(row.fingerprint, digest(key, parts));
  }

  /** This content was decided under this call id, whatever an attempt that failed left behind. */
  async correct(call: string, { epoch, bytes }: Fingerprint): Promise<void> {
    await this.pool.query('update call_fingerprint set epoch = $2, fingerprint = $3 where call = $1', [
      call,
      epoch,
      bytes,
    ]);
  }

  /** Takes back what belongs to a request that was refused. */
  async forget(call: string, { bytes }: Fingerprint): Promise<void> {
    await this.pool.query('delete from call_fingerprint where call = $1 and fingerprint = $2', [call, bytes]);
  }

  private async write(): Promise<void> {
    if (this.writing) return;
    this.writing = true;
    while (this.queue.length > 0) {
      const batch = this.queue;
      this.queue = [];
      try {
        const written = await this.insert(batch);
        // Of two requests for one call in a batch the first one's row was written.
        for (const { call, done } of batch) done(written.delete(call));
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    this.writing = false;
  }

  private async insert(batch: readonly Waiting[]): Promise<Set<string>> {
    const { rows } = await this.pool.query<{ call: string }>({
      ...INSERT,
      values: [
        batch.map(({ call }) => call),
        batch.map(({ fingerprint }) => fingerprint.epoch),
        batch.map(({ fingerprint }) => fingerprint.bytes),
        KEPT_HOURS,
      ],
    });
    return new Set(rows.map(({ call }) => call));
  }
}

function digest(key: Buffer, parts: readonly string[]): Buffer {
  return createHmac('sha256', key)
    .update(lengthPrefixed(...parts))
    .digest();
}
