import { Injectable } from '@nestjs/common';
import { isEmailAddress } from '@privity/registry';
import { ConfigError, ServiceConfig } from '@privity/service';

const FIRST_PAUSE_MS = 60_000;

/** Where messages go out, and who they are from. */
@Injectable()
export class NoticeSettings {
  /** The address of those who answer for the registry: it signs every message, and gets what is overdue. */
  readonly office: string;
  /** Folder of the messages where there is no mail server, and of the calls to be placed. */
  readonly outbox: string;
  /** Holds a password: never log it. */
  readonly smtpUrl: string | undefined;
  /** Between the first attempt that failed and the second. */
  readonly firstPauseMs: number;

  /** @throws ConfigError naming the variable */
  constructor({ env }: ServiceConfig) {
    this.office = env.text('PRIVITY_REGISTRY_OFFICE') ?? 'registry@localhost';
    if (!isEmailAddress(this.office)) throw new ConfigError('PRIVITY_REGISTRY_OFFICE', 'is not an e-mail address');
    this.outbox = env.required('PRIVITY_OUTBOX');
    this.smtpUrl = env.text('SMTP_URL');
    if (this.smtpUrl !== undefined && !(/^smtps?:\/\//.test(this.smtpUrl) && URL.canParse(this.smtpUrl))) {
      throw new ConfigError('SMTP_URL', 'is not an smtp:// or smtps:// URL');
    }
    this.firstPauseMs = env.integer('PRIVITY_NOTICE_RETRY_MS', FIRST_PAUSE_MS);
    if (this.firstPauseMs === 0) throw new ConfigError('PRIVITY_NOTICE_RETRY_MS', 'is zero');
  }
}
