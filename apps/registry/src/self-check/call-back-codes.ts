import { createHmac, randomInt, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { instant, lengthPrefixed, uuidv7 } from '@privity/kernel';
import type { BlindIndex, E164, Instant, SealedValue } from '@privity/kernel';
import { numberStream } from '@privity/registry';
import { FileKeyRing } from '@privity/service';
import { Pool } from 'pg';
import { CallChannel } from '../notices/call-channel.js';
import { CALL_LASTS_MS } from '../notices/outbox-folder.js';
import { Protecting } from '../protections/protecting.js';
import { NotProven, TooManyCodes } from './self-check-errors.js';

const CODES = 1_000_000;
const CODES_AN_HOUR = 3;
const TRIES = 5;

interface Tried {
  readonly notice: string;
  readonly digest: string;
  readonly tries: number;
}

const NEVER_ASKED: Tried = { notice: '', digest: '-'.repeat(43), tries: 0 };

const HAS_ROOM = `select 1 where (
  select count(*) from call_back_code where number = any($1) and asked_at > now() - interval '1 hour') < $2`;
/** Those that no limit counts any more: that somebody asked about a number need not stand here for longer. */
const FORGET_OLD = `delete from call_back_code where notice in (
  select notice from call_back_code where asked_at <= now() - interval '1 hour' for update skip locked)`;
const KEEP_CODE = `insert into call_back_code (notice, number, digest, expires_at)
  values ($1, $2, $3, now() + make_interval(secs => $4)) returning expires_at as expires`;
const LEAVE_CALL = `insert into outbox_notice (id, kind, about, sealed, expires_at)
  values ($1, 'call-back-code', $2, $3, $4)`;
const COUNT_TRY = `update call_back_code set tries = tries + 1
  where notice = (select notice from call_back_code where number = any($1) order by asked_at desc, notice desc limit 1)
    and not used and expires_at > now()
  returning notice, digest, tries`;

/**
 * Codes that prove who answers at a number. Nothing here looks at whether the number is protected, so that neither answer
 * nor time nor limit can say. All is counted in the database: replicas share it.
 */
@Injectable()
export class CallBackCodes {
  constructor(
    private readonly pool: Pool,
    private readonly ring: FileKeyRing,
    private readonly protecting: Protecting,
    private readonly calls: CallChannel,
  ) {}

  /** Has a fresh code called out to the number; the one before it is void. @throws TooManyCodes */
  async send(number: E164): Promise<Instant> {
    // Before a key is made for it: whoever asks a thousand times must not leave a thousand keys.
    if ((await this.pool.query(HAS_ROOM, [this.candidates(number), CODES_AN_HOUR])).rowCount === 0) {
      throw new TooManyCodes();
    }
    const [notice, code] = [uuidv7(), String(randomInt(CODES)).padStart(6, '0')];
    const sealed = await this.calls.seal(notice, { number, code });
    const expires = await this.keep(number, notice, this.digest(notice, code), sealed);
    if (expires !== undefined) return instant(expires);
    await this.calls.forget({ id: notice });
    throw new TooManyCodes();
  }

  /** Proves the number by its code, once. Counts a try before it looks. @throws NotProven */
  async prove(number: E164, code: string): Promise<void> {
    const { rows } = await this.pool.query<Tried>(COUNT_TRY, [this.candidates(number)]);
    const [{ notice, digest, tries } = NEVER_ASKED] = rows;
    // After too many tries the code is as good as any other wrong one: that there is one is nobody else's business.
    if (tries > TRIES) throw new NotProven();
    // Also where there is nothing to compare with: to have asked for a code is nobody else's business.
    const isRight = timingSafeEqual(Buffer.from(digest), Buffer.from(this.digest(notice, code)));
    if (!isRight) throw new NotProven();
    const used = 'update call_back_code set used = true where notice = $1 and not used';
    const { rowCount } = await this.pool.query(used, [notice]);
    if (rowCount !== 1) throw new NotProven();
  }

  /** Both rows or neither. @returns when it runs out; undefined: others were asked for meanwhile, and it is one too many */
  private async keep(number: E164, notice: string, digest: string, sealed: SealedValue): Promise<Date | undefined> {
    const index = this.protecting.numbers.index(number);
    const client = await this.pool.connect();
    try {
      await client.query('begin');
      // In a statement of its own: the next one's snapshot must hold what whoever had the lock before has written.
      await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [index]);
      await client.query(FORGET_OLD);
      const room = await client.query(HAS_ROOM, [this.candidates(number), CODES_AN_HOUR]);
      if (room.rowCount === 0) {
        await client.query('rollback');
        return undefined;
      }
      const values = [notice, index, digest, CALL_LASTS_MS / 1_000];
      const { rows } = await client.query<{ expires: Date }>(KEEP_CODE, values);
      const expires = rows[0]?.expires;
      await client.query(LEAVE_CALL, [notice, numberStream(index), sealed, expires]);
      await client.query('commit');
      return expires;
    } catch (error) {
      await client.query('rollback').catch(() => undefined);
      throw error;
    } finally {
      client.release();
    }
  }

  private candidates(number: E164): BlindIndex[] {
    return this.protecting.numbers.candidates(number);
  }

  /** Keyed: a million codes are tried in a second. */
  private digest(notice: string, code: string): string {
    const { key } = this.ring.current('call-back-code');
    return createHmac('sha256', key).update(lengthPrefixed(notice, code)).digest('base64url');
  }
}
