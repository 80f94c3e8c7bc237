import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { seal, unseal, type KeyRing, type SealedValue } from '@privity/kernel';
import { FileKeyRing } from '@privity/service';
import { Pool } from 'pg';

/** A recording's own data key, and the form in which it may be stored. */
export interface NewRecordingKey {
  readonly key: Buffer;
  readonly wrapped: string;
}

const PURPOSE = 'subject-kek';

/**
 * One AES-256 key a recording, wrapped by the service's key-encryption key, in table `recording_key` and nowhere else:
 * never in an event, never beside the media. Destroying the row's key forgets the recording (P10).
 */
@Injectable()
export class RecordingKeys {
  private readonly ring: KeyRing;

  constructor(
    private readonly pool: Pool,
    ring: FileKeyRing,
  ) {
    this.ring = ring;
  }

  make(recording: string): NewRecordingKey {
    const key = randomBytes(32);
    const kek = this.ring.current(PURPOSE);
    const wrapped = seal(key.toString('base64url'), { kid: kek.epoch, key: kek.key }, contextOf(recording));
    return { key, wrapped: JSON.stringify(wrapped) };
  }

  /** The keys that still exist, by recording. */
  async find(recordings: readonly string[]): Promise<Map<string, Buffer>> {
    const { rows } = await this.pool.query<{ recording: string; wrapped: string }>(
      'select recording, wrapped from recording_key where recording = any($1) and wrapped is not null',
      [recordings],
    );
    const keys = new Map<string, Buffer>();
    for (const { recording, wrapped } of rows) {
      const value = JSON.parse(wrapped) as SealedValue;
      const kek = this.ring.live(PURPOSE).find(({ epoch }) => epoch === value.kid);
      const plain = unseal(value, kek?.key, contextOf(recording));
      if (typeof plain === 'string') keys.set(recording, Buffer.from(plain, 'base64url'));
    }
    return keys;
  }
}

/** A wrapped key copied to another recording's row does not open there. */
function contextOf(recording: string): string {
  return `recording-key:${recording}`;
}
