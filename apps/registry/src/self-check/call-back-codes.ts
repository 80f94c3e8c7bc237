import { createHmac, randomInt, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { instant, lengthPrefixed, uuidv7 } from '@privity/kernel';
import type { BlindIndex, E164, Instant } from '@privity/kernel';
import { numberStream } from '@privity/registry';
import { FileKeyRing } from '@privity/service';
import { Pool } from 'pg';
import { CallChannel } from '../notices/call-channel.js';
import { CALL_LASTS_MS } from '../notices/outbox-folder.js';
import { Protecting } from '../protections/protecting.js';
import { NotProven, TooManyCodes } from './self-check-errors.js';

const CODES_AN_HOUR = 3;
const TRIES = 5;

interface Tried {
  readonly notice: string;
  readonly digest: string;
  readonly tries: number;
}

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
    const [index = ''] = this.protecting.numbers.candidates(number);
    // Before a key is made for it: whoever asks a thousand times must not leave a thousand keys.
    await this.requireRoom(number);
    const [notice, code] = [uuidv7(), String(randomInt(1_000_000)).padStart(6, '0')];
    const sealed = await this.calls.seal(notice, { number, code });
    const expires = instant(new Date(Date.now() + CALL_LASTS_MS));
    const values = [notice, index, this.digest(notice, code), expires, numberStream(index), sealed, CODES_AN_HOUR];
    const { rowCount } = await this.pool.query(KEEP_CODE, values);
    if (rowCount === 1) return expires;
    await this.calls.forget({ id: notice });
    throw new TooManyCodes();
  }

  /** Proves the number by its code, once. Counts a try before it looks. @throws NotProven, TooManyCodes */
  async prove(number: E164, code: string): Promise<void> {
    const { rows } = await this.pool.query<Tried>(COUNT_TRY, [this.candidates(number), TRIES]);
    const [{ notice, digest, tries } = NEVER_ASKED] = rows;
    if (tries > TRIES) throw new TooManyCodes();
    // Also where there is nothing to compare with: to have asked for a code is nobody else's business.
    const isRight = timingSafeEqual(Buffer.from(digest), Buffer.from(this.digest(notice, code)));
    if (!isRight) throw new NotProven();
    const used = 'update call_back_code set used = true where notice = $1 and not used';
    const { rowCount } = await this.pool.query(used, [notice]);
    if (rowCount !== 1) throw new NotProven();
  }

  private async requireRoom(number: E164): Promise<void> {
    const { rows } = await this.pool.query<{ codes: number }>(
      `select count(*)::int as codes from call_back_code where number = any($1) and asked_at > now() - interval '1 hour'`,
      [this.candidates(number)],
    );
    if ((rows[0]?.codes ?? 0) >= CODES_AN_HOUR) throw new TooManyCodes();
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
