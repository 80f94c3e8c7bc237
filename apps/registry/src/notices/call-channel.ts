import { Injectable } from '@nestjs/common';
import { Forgotten } from '@privity/kernel';
import type { E164, SealedValue } from '@privity/kernel';
import { callBackWords, noticeStream } from '@privity/registry';
import { SubjectKeys } from '@privity/service';
import { OpenedValues } from '../protections/opened-values.js';
import { Protecting } from '../protections/protecting.js';
import { CodeExpired } from './notice-errors.js';
import type { DueNotice } from './outbox.js';
import { OutboxFolder } from './outbox-folder.js';

/** A code, and the number to which it is to be called out. */
export interface CallToPlace {
  readonly number: E164;
  readonly code: string;
}

/**
 * Calls that the telephone edge is to place: files, sealed until they are written. Number and code stand under a key of
 * this one message, destroyed as soon as the file is there or the code has run out (P10).
 */
@Injectable()
export class CallChannel {
  constructor(
    private readonly folder: OutboxFolder,
    private readonly protecting: Protecting,
    private readonly values: OpenedValues,
    private readonly subjects: SubjectKeys,
  ) {}

  seal(notice: string, call: CallToPlace): Promise<SealedValue> {
    return this.protecting.seal(noticeStream(notice), 'call', JSON.stringify(call));
  }

  /** @throws CodeExpired */
  async send({ id, sealed, expired, expires }: DueNotice): Promise<'file'> {
    if (expired || sealed === null || expires === null) throw new CodeExpired();
    const plain = await this.values.open(noticeStream(id), 'call', sealed);
    if (plain instanceof Forgotten) throw new CodeExpired();
    const { number, code } = JSON.parse(plain) as CallToPlace;
    await this.folder.putCall(id, { number, say: callBackWords(code), expires: expires.toISOString() });
    return 'file';
  }

  async forget({ id }: Pick<DueNotice, 'id'>): Promise<void> {
    await this.subjects.destroy(noticeStream(id));
  }
}
